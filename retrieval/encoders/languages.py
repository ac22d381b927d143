"""What a multilingual encoder adds to a vector only because of the language it is written in.

Multilingual encoders put texts of one language near each other, whatever they say: to a Chinese question any Chinese
passage looks nearer than the English one that answers it. The mean vector of a language holds that part (Libovický,
Rosa, Fraser 2020, "On the Language Neutrality of Pre-trained Multilingual Representations"); taken over the same
sentences in both languages, all that differs is the language.
"""

from __future__ import annotations

from collections.abc import Mapping

from retrieval.protocols import Encoder
from retrieval.types import Vectors

_PARALLEL = (
    ("The order will be delivered within three days.", "订单将在三天内送达。"),
    ("Please contact customer service if you have any questions.", "如有任何问题，请联系客服。"),
    ("The company was founded in 1998 and has its office in the capital.", "公司成立于1998年，办公室设在首都。"),
    ("Interest is calculated daily and paid at the end of the year.", "利息按日计算，年末支付。"),
    ("Take the medicine twice a day after meals.", "该药每日两次，饭后服用。"),
    ("The function returns a list of all users.", "该函数返回所有用户的列表。"),
    ("Open the settings page and choose a new password.", "打开设置页面，选择一个新密码。"),
    ("The patient should see a doctor if the fever lasts.", "如果持续发烧，患者应当就医。"),
    ("Revenue rose by eight percent compared with the year before.", "营业收入比上一年增长了百分之八。"),
    ("Goods can be returned within thirty days of purchase.", "商品可在购买后三十天内退货。"),
    ("The river flows through the old town into the sea.", "这条河流经老城，汇入大海。"),
    ("The contract ends when both parties have signed the notice.", "双方签署通知后，合同即告终止。"),
    ("The server restarts automatically after an error.", "服务器出错后会自动重启。"),
    ("Children under twelve need the consent of their parents.", "十二岁以下的儿童需要父母同意。"),
    ("The museum is closed on Mondays.", "博物馆每逢星期一闭馆。"),
    ("Scientists discovered a new species in the forest.", "科学家在森林中发现了一个新物种。"),
    ("He studied law at the university before he became a writer.", "他成为作家之前在大学学习法律。"),
    ("The invoice is sent by e-mail after payment.", "付款后，发票将通过电子邮件发送。"),
    ("The meeting was moved to Friday afternoon.", "会议改到了星期五下午。"),
    ("The warranty covers defects in material for two years.", "保修期为两年，涵盖材料缺陷。"),
    ("The war lasted four years and destroyed many cities.", "战争持续了四年，摧毁了许多城市。"),
    ("Data is stored in encrypted form and deleted after ninety days.", "数据以加密形式存储，九十天后删除。"),
    ("The team won the championship for the third time.", "该队第三次获得冠军。"),
    ("Water boils at one hundred degrees at sea level.", "在海平面，水在一百摄氏度沸腾。"),
)


def language_parts(encoder: Encoder) -> Mapping[str, Vectors]:
    """Each language's part of a passage's vector, [dimension], as its distance from the mean of the languages.

    Encodes 48 short sentences: about half a second on one core.
    """
    english = encoder.encode_passages([pair[0] for pair in _PARALLEL]).mean(axis=0)
    chinese = encoder.encode_passages([pair[1] for pair in _PARALLEL]).mean(axis=0)
    half = (english - chinese) / 2
    return {"en": half, "zh": -half}

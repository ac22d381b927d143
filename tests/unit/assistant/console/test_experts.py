"""The page "Model and experts": what is drawn, and what is said when there is nothing to draw."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from assistant.config.house import HouseConfig
from assistant.console import texts
from assistant.console.experts import CELL, MOST_COLUMNS, Empty, collect
from inference.client.activity import Gpu, ServerActivity

PAGE = Path(texts.__file__).parent / "templates" / "console" / "experts.html"


def report(*counts: Any, domains: tuple[str, ...] = ("other",), **facts: Any) -> ServerActivity:
    about = {"at": 1000.0, "kernel": "HouseInt4Experts", "cores": 2, "busy_cores": 1.5, "memory_bytes": 2**30}
    return ServerActivity(layers=tuple(range(len(counts))), domains=domains, counts=counts, **{**about, **facts})


def test_a_cell_is_as_dark_as_its_share_of_the_layer() -> None:
    (drawn,) = collect(report([[30, 10]], [[0, 8]]), now=1000).maps
    assert [(cell.x, cell.y, cell.share) for cell in drawn.cells] == [
        (0, 0, 0.75), (CELL, 0, 0.25), (0, CELL, 0.0), (CELL, CELL, 1.0),
    ]  # fmt: skip
    assert [cell.strength for cell in drawn.cells] == [0.75, 0.25, 0.0, 1.0]
    assert (drawn.fullest.layer, drawn.fullest.experts, drawn.slots, drawn.even) == (1, "1", 48, 0.5)


def test_a_domain_that_asked_for_nothing_has_no_map() -> None:
    maps = collect(report([[0, 0], [3, 1]], domains=("other", "finance")), now=1000).maps
    assert [one.domain for one in maps] == ["finance"]


def test_many_experts_share_columns_and_none_is_lost() -> None:
    (drawn,) = collect(report([[1] * 130]), now=1000).maps
    assert drawn.width <= MOST_COLUMNS * CELL
    assert drawn.slots == 130
    assert [cell.experts for cell in drawn.cells][:2] == ["0–2", "3–5"]
    assert drawn.cells[-1].experts == "129"
    assert sum(cell.share for cell in drawn.cells) == pytest.approx(1)


@pytest.mark.parametrize(
    ("activity", "empty"),
    [(None, Empty.NO_SERVER), (report(), Empty.NOT_COUNTED), (report([[0, 0]]), Empty.NOTHING_ASKED)],
)
def test_each_emptiness_has_its_reason(activity: ServerActivity | None, empty: Empty) -> None:
    page = collect(activity, now=1000)
    assert (page.empty, page.maps) == (empty, ())
    assert texts.NO_HEAT[empty.value].zh.endswith("。")


def test_an_old_report_says_how_old_it_is() -> None:
    assert collect(report([[1]]), now=1010).age is None
    assert collect(report([[1]]), now=1100).age == 100


def test_the_page_asks_for_no_word_that_is_missing() -> None:
    asked = set(re.findall(r"\bwords\.(\w+)", PAGE.read_text(encoding="utf-8")))
    assert asked == texts.EXPERT_WORDS.keys()


@pytest.mark.parametrize("text", [*texts.EXPERT_WORDS.values(), *texts.NO_HEAT.values(), texts.LAST_SEEN])
def test_every_word_is_there_in_both_languages(text: Any) -> None:
    assert not re.search(r"[\u4e00-\u9fff]", text.en)
    assert re.search(r"[\u4e00-\u9fff]", text.zh)


@pytest.fixture
def reported(settings: Any, tmp_path: Path) -> Any:
    """Write the report of a server of this installation."""
    from dataclasses import replace

    house: HouseConfig = settings.HOUSE
    settings.HOUSE = replace(house, model_state_file=tmp_path / "state.json")

    def write(activity: ServerActivity) -> None:
        (tmp_path / "activity.json").write_text(activity.model_dump_json())

    return write


@pytest.mark.django_db
@pytest.mark.usefixtures("redis_url")
class TestPage:
    def test_without_a_server_it_says_how_to_start_one(self, admin_client: Client, reported: Any) -> None:
        page = admin_client.get("/admin/experts/").content.decode()
        assert "make run" in page
        assert "<rect" not in page

    def test_figures_and_maps(self, admin_client: Client, reported: Any) -> None:
        gpu = Gpu(use=0.37, memory_bytes=2**31)
        counts = [[[5, 5], [9, 1]]]
        reported(report(*counts, domains=("other", "finance"), tokens_per_second=5.44, gpus=(gpu,)))
        page = admin_client.get("/admin/experts/", headers={"Accept-Language": "zh-CN"}).content.decode()
        assert page.count("<rect") == 4
        assert "金融" in page
        assert texts.OTHER_DOMAIN.zh in page
        assert "HouseInt4Experts" in page
        assert "5.4" in page
        assert "1.5 / 2" in page
        assert "37 %" in page
        assert "90 %" in page
        assert texts.EXPERT_WORDS["explained"].zh in page
        assert "style=" not in page.split('class="console"')[1].split("</section>")[0]

    def test_a_damaged_report_is_no_server(self, admin_client: Client, reported: Any, settings: Any) -> None:
        settings.HOUSE.model_state_file.with_name("activity.json").write_text('{"at": ')
        assert "make run" in admin_client.get("/admin/experts/").content.decode()

    def test_the_overview_leads_there(self, admin_client: Client) -> None:
        assert 'href="/admin/experts/"' in admin_client.get("/admin/").content.decode()

    def test_a_visitor_does_not_see_it(self, client: Client, reported: Any) -> None:
        reported(report([[1]]))
        User.objects.create_user("visitor", password="x")
        assert client.login(username="visitor", password="x")
        assert client.get("/admin/experts/").status_code == 302

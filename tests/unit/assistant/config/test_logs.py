import io
import json
import logging
import logging.config

import structlog

from assistant.config import logs


def _written(emit: str, **fields: object) -> dict[str, object]:
    logging.config.dictConfig(logs.config("INFO"))
    stream = io.StringIO()
    handler = logging.getLogger().handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(stream)
    if emit == "structlog":
        structlog.get_logger("a").info("asked", **fields)
    else:
        logging.getLogger("a").info("asked", extra=fields)
    found: dict[str, object] = json.loads(stream.getvalue())
    return found


def test_both_ways_of_logging_give_the_same_json() -> None:
    ours, standard = _written("structlog", layer="faq"), _written("logging", layer="faq")
    for record in (ours, standard):
        assert (record["event"], record["layer"], record["level"], record["logger"]) == ("asked", "faq", "info", "a")
        assert "timestamp" in record


def test_what_a_person_wrote_is_left_out_of_either() -> None:
    for emit in ("structlog", "logging"):
        record = _written(emit, question="我的身份证号是…", api_key="ak_x", layer="faq")
        assert "身份证" not in json.dumps(record, ensure_ascii=False)
        assert (record["question"], record["api_key"], record["layer"]) == ("-", "-", "faq")


def test_errors_keep_their_trace() -> None:
    logging.config.dictConfig(logs.config("INFO"))
    stream = io.StringIO()
    handler = logging.getLogger().handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(stream)
    try:
        int("why")
    except ValueError:
        logging.getLogger("a").exception("failed")
    assert "ValueError: invalid literal" in json.loads(stream.getvalue())["exception"]

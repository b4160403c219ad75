"""Files written from the code: `python -m web.generated` writes them anew; tests hold them equal to the code."""

import tempfile
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import orjson
from flask_openapi.openapi import OpenAPI

from graph.ledger import Ledger
from graph.model_picture import model_svg
from lianxin.clock import china_today
from web import create_app
from web.security import matrix

ROOT = Path(__file__).parent.parent
PICTURE = ROOT / "docs" / "pictures" / "model.svg"


def files(app: OpenAPI) -> Mapping[Path, str]:
    """Path → text of every generated file, from a demo application (it has all routes)."""
    return {
        ROOT / "web" / "api" / "openapi.json": openapi_text(app),
        ROOT / "docs" / "permissions.md": matrix(app),
        PICTURE: model_svg(),
    }


def openapi_text(app: OpenAPI) -> str:
    """The API description, keys sorted, so that a change of the code shows as a change of the file."""
    return orjson.dumps(app.api_doc, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS).decode() + "\n"


def main() -> None:
    """Write the files."""
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(Ledger.open(f"sqlite:///{folder}/empty.db")) as ledger,
    ):
        for path, text in files(create_app(ledger, demo=True, today=china_today)).items():
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()

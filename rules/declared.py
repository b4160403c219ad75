"""Declared numbers as they stand in YAML: what is no YAML, a day that does not exist and a key that stands twice are
refused by name; of two equal keys YAML itself would silently keep the later."""

from typing import Any

import yaml

from lianxin.errors import BadParameter


class _Once(yaml.SafeLoader):
    """Every key once."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        names = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"{name} stands twice")
        return super().construct_mapping(node, deep)


def read_declared(name: str, text: str) -> Any:
    """The values of a YAML text; `name`: of its file. Raises BadParameter."""
    loader = _Once(text)
    try:
        return loader.get_single_data()
    except (yaml.YAMLError, ValueError) as error:
        problem = " ".join(str(error).split())
        raise BadParameter(name, "-", f"cannot be read: {problem}", f"读不出：{problem}") from error
    finally:
        loader.dispose()

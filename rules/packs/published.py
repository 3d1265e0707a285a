"""Every text that was ever published of a shipped pack: in which version, and its SHA-256.

Lines are added and never changed: `.venv/bin/python tests/rules/rules_published.py` adds those of the texts as they are now.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

LINES: Final = """
0.1.0 cn-2019 d0bb0de9e63ac11a2c1769c127d75e918ef04b4a8a774205d6b77d0cc0031547
0.1.0 cn-2019 a5b0ece04b4da240a1d75ebddaa87f6fab8f55a5ed6e2d0ae3def6c53ed321ee
0.1.0 cn-2021 06c812e561c6b4280206161fde2dbe4f5cb5e9f1f0880da1839b44bd7b0ef8e9
0.1.0 home-balanced a1e7ffec196f5929054e9d082c14a4b37e43f926f492e5bd4595d9abfa0d243e
0.1.0 home-balanced 33e48299c4790e09a84c718824d3dcf438be506ff2b3993b2eb59d98ae96576a
0.1.0 home-school-week a77b07aea007cd099cf9db5e387151e0660a9e76059b4a37ea8d7f1f63dd16ab
0.1.0 home-school-week 6c41de5b1261c79933be9e4ec2b665c264db3cd0cf862daabf5d0d8be5f946f6
0.1.0 home-weekend 227aabe01c4f44a4c0c4269c2a8815ba380f5bc3ef12a0895a3a05e232964919
0.1.0 home-weekend 372f0bc5e4731ce7bc37b484edbbd227dffe6f13011252003ef13fce259c6318
0.1.0 jp-kagawa fa80bd9ad9c92efc9ad979e1b0b405880cdeaae4b0fe8ad01c5479ae64dd02d0
0.1.0 jp-kagawa 37b7d7591ec34172216cb99265592ee95fc0c23071ebf199527571384b091bd2
0.1.0 kr-selective b32a04f22c7766c9f708507c9ee5dc1ea1c185035c1be5129187ba3696821391
0.1.0 kr-selective dd8d4b429310097f347eb1fe33fd7f6993a5b9da8d5ea80e1825f62e4ddfd216
0.1.0 kr-shutdown bcc311ad7670549a696ccabea2b339d34c93efa90660fa2b1c43fbf0e73abe7c
0.1.0 kr-shutdown b74a432c091dc0992af116cce23aece0045995abc7d4cb98147edd1561527881
0.1.0 th-shops 1e62c8a35500bc0f291dced2eb2d4fefa8c090cc76446cd40327a82e264da7be
0.1.0 th-shops c4b2af7b30da06821b7823d88ac451dd43e8d935c281a87519e50cc9a5fff195
0.1.0 vn-147 ddde61ae02d0b18e703babe7d421730575599fe75cd87f211fdf6d4a994f8b1b
0.1.0 vn-147 cd9bcc371b0b56992d9be570f7b060b5ba16a87857efac07f3f2b16eaa7fe9cf
0.1.0 vn-147 61c5561ed70c102febb347c9aced63faa910d9a54234dd0665a8ea13a9b5f32a
0.1.0 vn-147 96f342f6bbfe65ced9dbc95dcef2607faaf7c565da77d782f303f39d699ef2da
0.1.0 vn-147 98939ba2d5ccfe95c130c16b8fcf8b9ac7eac03f3031a21a8eda48b27f356eac
0.1.0 vn-72 18b241ba08534ef3738141843b773e87270b65e439f9cab812370ea755a43924
0.1.0 vn-72 3a36f6d225846416bf39983443002402c62aa0afbd2b58b55356080ba9a2b6dd
0.1.0 vn-72 0b8ba18dbc6272b62014f4c9b089878504109440d94085a90d9706339de07ed4
0.1.0 vn-agent-without-games 52b7f90e0017fbb22d03cd3cc1a43bace9260996b6f4fd29870ca3c41c164e57
0.1.0 vn-game-point 06a6ae310f6fe5a6c4fc6427c5a98a4531656e61a534ed20b7336754f88e550a
0.1.0 vn-game-point aa0d0b861e2d99b5ff61e9ab6f2e96b9ad9dbe9878dc0b0a0b9704de43e029bc
"""


def _read() -> Mapping[str, Mapping[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for line in LINES.split("\n")[1:-1]:
        version, pack, sha256 = line.split(" ")
        found.setdefault(pack, {})[sha256] = version
    return MappingProxyType({pack: MappingProxyType(texts) for pack, texts in found.items()})


PUBLISHED: Final = _read()
"""By the id of a pack the SHA-256 of its texts, in the order of their versions, and these."""

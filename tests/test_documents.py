"""The documents: both languages say the same, and what they name is there."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest
import typer.main
from markdown_it import MarkdownIt
from markdown_it.token import Token

from assets import cli, environment
from quality.invariants import INVARIANTS
from schemas.catalogue import CATALOGUE, LAYERS, tables_of
from schemas.sources import SOURCES
from tests.test_house import MODULES

ROOT = Path(__file__).resolve().parent.parent
CHINESE = ".zh-CN.md"
PAIRS = ("README.md", "docs/operations.md")
TWINS = tuple(Path(name).name for name in PAIRS)
# The dictionary is made from the contracts and has tests of its own.
DOCUMENTS = sorted(
    str(path.relative_to(ROOT))
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"))
    if path.name != "dictionary.md"
)
# What tells somebody what to type today; a decision or a changelog may speak of what was.
MANUALS = [name for name in DOCUMENTS if name not in ("CHANGELOG.md", "docs/decisions.md")]
FOLDERS = ("assets/", "data/", "deploy/", "docs/", "pipelines/", "quality/", "schemas/", "tests/")


@dataclass
class Section:
    """What stands between one heading and the next."""

    level: int
    title: str
    blocks: list[list[str]] = field(default_factory=list)
    spans: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    tables: list[list[int]] = field(default_factory=list)

    @property
    def quoted(self) -> list[str]:
        """The sentences of the command that the heading quotes."""
        return re.findall(r'"([^"]+)"', self.title)


@cache
def read(name: str) -> list[Section]:
    return sections((ROOT / name).read_text(encoding="utf-8"))


def sections(text: str) -> list[Section]:
    """A document as its readers see it, cut at its headings; the first is what stands before any."""
    found = [Section(0, "")]
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            found.append(Section(int(token.tag[1:]), shown(tokens[place + 1])))
        elif token.type in ("code_block", "fence"):
            found[-1].blocks.append(token.content.splitlines())
        elif token.type == "table_open":
            found[-1].tables.append([])
        elif token.type == "tr_open":
            found[-1].tables[-1].append(0)
        elif token.type in ("td_open", "th_open"):
            found[-1].tables[-1][-1] += 1
        for part in token.children or ():
            if part.type == "code_inline":
                found[-1].spans.append(part.content)
            elif target := part.attrGet("href") or part.attrGet("src"):
                found[-1].links.append(unquote(str(target)))
    return found


def shown(inline: Token) -> str:
    return "".join(part.content for part in inline.children or ())


def anchors(parts: list[Section]) -> list[str]:
    """The anchors of the headings, as GitHub makes them of what is shown."""
    seen: Counter[str] = Counter()
    made = []
    for part in parts[1:]:
        anchor = re.sub(r"[^\w\- ]", "", part.title.lower()).replace(" ", "-")
        made.append(f"{anchor}-{seen[anchor]}" if seen[anchor] else anchor)
        seen[anchor] += 1
    return made


def without_comments(blocks: list[list[str]]) -> list[str]:
    """What is typed, and whether a comment stands behind it: what it says is there to be translated."""
    comment = re.compile(r"(^|\s+)# .*")
    return [
        f"{number}: {comment.sub(' #', line).rstrip()}"
        for number, lines in enumerate(blocks, start=1)
        for line in lines
    ]


def sizes(tables: list[list[int]]) -> list[str]:
    return [f"{number}: {len(rows)} rows × {rows[0]}" for number, rows in enumerate(tables, start=1)]


def places(links: list[str], own: list[str]) -> list[str]:
    """Where links lead, whatever the language: twins are one file, an anchor of the own file is a place in it."""
    plain = [link.replace(CHINESE, ".md") for link in links]
    # Headings of a twin have other names in the other language; that they are there is another test.
    plain = [link.split("#")[0] if link.split("#")[0].endswith(TWINS) else link for link in plain]
    return sorted(
        f"heading {own.index(link[1:]) + 1}" if link.startswith("#") and link[1:] in own else link for link in plain
    )


def differences(english: list[Section], chinese: list[Section]) -> list[str]:
    """What one language has and the other has not, section by section."""
    outlines = [[part.level for part in document] for document in (english, chinese)]
    if outlines[0] != outlines[1]:
        titles = [[f"{'#' * part.level} {part.title}" for part in document] for document in (english, chinese)]
        first = next(
            (n for n, pair in enumerate(zip(*outlines, strict=False)) if pair[0] != pair[1]), min(map(len, outlines))
        )
        return [f"the headings part at {[those[first] if first < len(those) else 'its end' for those in titles]}"]
    found = []
    for one, other in zip(english, chinese, strict=True):
        compared = {
            "tables": (sizes(one.tables), sizes(other.tables)),
            "code blocks": (without_comments(one.blocks), without_comments(other.blocks)),
            "links": (places(one.links, anchors(english)), places(other.links, anchors(chinese))),
            "quoted sentences": (one.quoted, other.quoted),
            "inline code": (sorted(one.spans), sorted(other.spans)),
        }
        where = f"section “{one.title or 'before the first heading'}” / “{other.title}”"
        found += [f"{where}: {what}: {apart(*both)}" for what, both in compared.items() if both[0] != both[1]]
    return found


def apart(english: list[str], chinese: list[str]) -> str:
    left, right = Counter(english), Counter(chinese)
    if left == right:
        return f"in another order: {english} but {chinese}"
    return f"only in English {[*(left - right).elements()]}, only in Chinese {[*(right - left).elements()]}"


@pytest.mark.parametrize("name", PAIRS)
def test_both_languages_say_the_same(name: str) -> None:
    twin = name.replace(".md", CHINESE)
    found = differences(read(name), read(twin))
    assert not found, "\n".join([f"{name} and {twin} differ:", *found])


@pytest.mark.parametrize("name", PAIRS)
def test_each_language_leads_to_the_other_at_the_top(name: str) -> None:
    twin = name.replace(".md", CHINESE)
    assert read(name)[1].links[:1] == [Path(twin).name]
    assert read(twin)[1].links[:1] == [Path(name).name]


@pytest.mark.parametrize(
    ("english", "chinese", "said"),
    [
        ("# A\n## B", "# 甲\n### 乙", "part at ['## B', '### 乙']"),
        ("# A\n## B", "# 甲", "part at ['## B', 'its end']"),
        ("# A\nsee `x`", "# 甲\n见 x", "“A” / “甲”: inline code: only in English ['x'], only in Chinese []"),
        ("# A\n\n    do it   # now", "# 甲\n\n    do that   # 现在", "code blocks"),
        ("# A\n\n    do it   # now", "# 甲\n\n    do it", "code blocks"),
        ("# A\n\n    one\n    two", "# 甲\n\n    two\n    one", "code blocks: in another order"),
        (
            "# A\n|a|b|\n|-|-|\n|1|2|",
            "# 甲\n|a|b|\n|-|-|",
            "tables: only in English ['1: 2 rows × 2'], only in",
        ),
        ("# A\n[b](b.md)", "# 甲\n[乙](c.zh-CN.md)", "links: only in English ['b.md'], only in Chinese ['c.md']"),
        (
            "# A\n[b](#b)\n## B\n## C",
            "# 甲\n[乙](#丙)\n## 乙\n## 丙",
            "links: only in English ['heading 2'], only in",
        ),
        ('# "It is … full"', '# "It was … full"（满）', "quoted sentences"),
    ],
)
def test_a_difference_is_named_with_its_section(english: str, chinese: str, said: str) -> None:
    found = differences(sections(english), sections(chinese))
    assert len(found) == 1
    assert said in found[0]


def test_a_faithful_rendering_has_no_difference() -> None:
    english = '# A\n[中文](a.zh-CN.md)\n## "It is … full"\n`x`, see [A](#a)\n\n    do it   # now\n'
    chinese = '# 甲\n[English](a.md)\n## "It is … full"（满）\n`x`，见[甲](#甲)\n\n    do it   # 现在\n'
    assert differences(sections(english), sections(chinese)) == []


def typed(name: str) -> Iterator[list[str]]:
    """Every command that a document names: of code blocks, their comments and inline code, cut into words."""
    for part in read(name):
        for line in (*part.spans, *(line for block in part.blocks for line in block)):
            for command in re.split(r"&&|[;；]|# | \| ", line):
                if words := [word for word in command.split() if not re.fullmatch(r"\w+=\S*", word)]:
                    yield [Path(words[0]).name, *words[1:]]


def options(words: Iterable[str]) -> set[str]:
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", " ".join(words)))


@cache
def commands() -> dict[str, set[str]]:
    """The commands of `kongchuo` with their options."""
    group = typer.main.get_command(cli.app)
    return {
        name: {"--help", *(option for parameter in command.params for option in parameter.opts)}
        for name, command in group.commands.items()  # type: ignore[attr-defined]
    }


@pytest.mark.parametrize("name", MANUALS)
def test_every_command_and_option_exists(name: str) -> None:
    known = commands()
    # Options that stand alone are of some command, in docs/performance.md of the bench.
    bench = set(re.findall(r'"(--[a-z-]+)"', (ROOT / "tests/bench/run.py").read_text(encoding="utf-8")))
    alone = bench if name == "docs/performance.md" else set().union(*known.values())
    wrong = []
    for words in typed(name):
        if words[0] == "kongchuo" and len(words) > 1 and re.fullmatch(r"[a-z][a-z-]*", words[1]):
            unknown = options(words) - known[words[1]] if words[1] in known else {words[1]}
        elif words[0] in known:
            unknown = options(words) - known[words[0]]
        elif words[0].startswith("--"):
            unknown = options(words[:1]) - alone
        else:
            continue
        wrong += [(" ".join(words), unknown)] if unknown else []
    assert not wrong, wrong


def test_every_command_is_in_the_readme() -> None:
    named = {words[1] for words in typed("README.md") if words[0] == "kongchuo" and len(words) > 1}
    assert set(commands()) <= named


@pytest.mark.parametrize("name", MANUALS)
def test_every_target_of_make_exists(name: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {word for words in typed(name) if words[0] == "make" for word in words[1:]}
    assert named - targets == set()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_leads_somewhere(name: str) -> None:
    dead = []
    for part in read(name):
        for link in part.links:
            if re.match(r"[a-z]+:", link):
                continue
            file, _, anchor = link.partition("#")
            target = (ROOT / name).parent / file if file else ROOT / name
            if not target.exists() or (anchor and anchor not in anchors(read(str(target.resolve().relative_to(ROOT))))):
                dead.append((part.title, link))
    assert not dead, dead


@pytest.mark.parametrize("name", MANUALS)
def test_every_file_of_the_repository_that_is_named_exists(name: str) -> None:
    spans = {span for part in read(name) for span in part.spans if span.startswith(FOLDERS)}
    exact = {span for span in spans if re.fullmatch(r"[\w./-]+", span) and "…" not in span}
    made = ("data/reference/lineage.csv",)
    assert sorted(span for span in exact if span not in made and not (ROOT / span).exists()) == []


@pytest.mark.parametrize("name", [*PAIRS, "docs/deploy.md"])
def test_every_table_that_is_named_exists(name: str) -> None:
    made = {f"published.{table.name}{suffix}" for table in tables_of("published") for suffix in ("_history", "_latest")}
    ready = {path.stem for path in (ROOT / "pipelines/publish/ready").glob("*.sql")}
    table = re.compile(rf"({'|'.join(LAYERS)})\.(?!duckdb)[a-z_]+")
    named = {found[0] for part in read(name) for span in part.spans if (found := table.match(span))}
    assert named - CATALOGUE.keys() - made - ready == set()


VARIABLE = re.compile(r"KONGCHUO_[A-Z_]+")


def variables(*names: str) -> set[str]:
    return {found for name in names for found in VARIABLE.findall((ROOT / name).read_text(encoding="utf-8"))}


def read_by_the_program() -> set[str]:
    return {value for value in vars(environment).values() if isinstance(value, str) and VARIABLE.fullmatch(value)}


EXAMPLES = [str(path.relative_to(ROOT)) for path in sorted((ROOT / "deploy").glob("*.example"))]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_variable_that_a_document_names_is_read(name: str) -> None:
    assert variables(name) - read_by_the_program() - variables(*EXAMPLES) == set()


def test_every_variable_that_is_read_is_in_the_manual() -> None:
    assert read_by_the_program() - variables("README.md", "docs/deploy.md") == set()


def test_every_variable_of_the_examples_is_read() -> None:
    unknown = variables(*EXAMPLES) - read_by_the_program() - variables("deploy/postgres.yaml")
    assert {name for name in unknown if not name.startswith(environment.SMTP)} == set()


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_readme_names_every_kind_of_source(name: str) -> None:
    text = re.sub(r"\s", "", (ROOT / name).read_text(encoding="utf-8"))
    listed = re.search(r"(?:The(\d+)kindsare|共(\d+)类：)([^.。]*)[.。]", text)
    assert listed
    assert sorted(re.split("[,、]", listed[3])) == sorted(source.label for source in SOURCES)
    assert int(listed[1] or listed[2]) == len(SOURCES)


GAP = "\0"


@cache
def said() -> tuple[str, ...]:
    """Every text of the program but its docstrings; what is filled in at run time is a gap."""
    found = [f"invariant_{invariant.name}" for invariant in INVARIANTS]
    for path in MODULES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        silent = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if id(node) in silent:
                continue
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(node.value)
            elif isinstance(node, ast.JoinedStr):
                pieces = [piece.value if isinstance(piece, ast.Constant) else GAP for piece in node.values]
                found.append("".join(map(str, pieces)))
    return tuple(found)


QUOTED = [sentence for part in read("docs/operations.md") for sentence in part.quoted]


@pytest.mark.parametrize("sentence", QUOTED)
def test_every_sentence_that_the_run_book_quotes_is_said(sentence: str) -> None:
    pattern = re.compile(".+".join(map(re.escape, sentence.split("…"))), re.DOTALL)
    assert any(pattern.search(text) for text in said()), f"“{sentence}” is said nowhere in {len(said())} texts"


def test_the_run_book_quotes() -> None:
    assert len(QUOTED) > 15

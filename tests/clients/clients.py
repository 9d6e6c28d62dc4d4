"""Clients for four languages: generated, with no name that the contract does not have, and two of them at work."""

import concurrent.futures
import os
import pathlib
import re
import subprocess

import cloud

HERE = pathlib.Path(__file__).resolve().parent
# Kotlin's default library cannot read what is one of several shapes: it makes an interface of it that nothing implements.
LANGUAGES = {
    "typescript-fetch": ("models/*.ts", []),
    "swift6": ("Sources/*/Models/*.swift", []),
    "kotlin": ("src/main/kotlin/**/models/*.kt", ["-p", "serializationLibrary=kotlinx_serialization"]),
    "python": ("spark/models/*.py", ["-p", "packageName=spark"]),
}
DECLARED = re.compile(
    r"^\s*(?:export |public |data |open |final |sealed |@\S+ )*(?:interface|class|struct|enum class|enum|type|object) (\w+)", re.M
)
MADE_UP = re.compile(r"Inner|OneOf|AnyOf|AllOf|InlineObject|InlineResponse|\d$|\d(?:Enum|Serializer)$")

# Parameters of a query, of which no model is made: `type`, `from`, `error`.
PARAMETERS = ("ModelType", "ModelFrom", "ModelError")


def checks(api, description, folder):
    everything = {
        "clients for TypeScript, Swift, Kotlin and Python are generated": lambda: generate(description, folder),
        "no type of theirs has a made-up name": lambda: no_made_up_names(folder),
        "the main job is done in Python": lambda: python(api, folder),
        "the main job is done in TypeScript": lambda: typescript(api, folder),
    }
    return list(everything.items())


def told(command, **options):
    """What a program says; fails with all of it if the program does."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    return subprocess.run(command, check=True, **pipes, **options).stdout


def generate(description, folder):
    def one(language):
        _, more = LANGUAGES[language]
        command = ["openapi-generator-cli", "generate", "-g", language, "-i", str(description), "-o", str(folder / language)]
        return told(command + more)

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        said = "\n".join(pool.map(one, LANGUAGES))
    renamed = [line for line in said.splitlines() if "cannot be used as model name" in line and not line.endswith(PARAMETERS)]
    assert not renamed, "\n".join(renamed)


def no_made_up_names(folder):
    for language, (models, _) in LANGUAGES.items():
        files = list((folder / language).glob(models))
        assert len(files) > 40, f"{language}: {len(files)} files of models"
        names = {name for file in files for name in DECLARED.findall(file.read_text())}
        assert {"Post", "UserCard", "ProductCard", "Photo", "PageOfPost"} <= names, f"{language}: {sorted(names)}"
        made_up = sorted(name for name in names if MADE_UP.search(name))
        assert not made_up, f"{language}: {made_up}"


def environment(api, language):
    tokens = {"AUTHOR": cloud.token(api, f"{language}-author", "prime"), "READER": cloud.token(api, f"{language}-reader", "prime")}
    return os.environ | tokens | {
        "API": api, "LANGUAGE": language, "PHOTO": str(cloud.PHOTO), "PRODUCT": cloud.PRODUCT, "INTERESTS": ",".join(cloud.INTERESTS),
    }


def python(api, folder):
    path = {"PYTHONPATH": str(folder / "python")}
    told(["python", "-W", "error", str(HERE / "main_job.py")], env=environment(api, "python") | path)


def typescript(api, folder):
    source = folder / "main_job.ts"
    source.write_text((HERE / "main_job.ts").read_text())
    types = pathlib.Path(os.environ["SPARK_CLIENT_TOOLS"], "node_modules", "@types")
    flags = ["--strict", "--target", "es2022", "--module", "commonjs", "--moduleResolution", "node10", "--lib", "es2022,dom",
             "--types", "node", "--typeRoots", str(types), "--outDir", str(folder / "built")]
    told(["tsc", *flags, str(source)])
    told(["node", str(folder / "built" / "main_job.js")], env=environment(api, "typescript"))

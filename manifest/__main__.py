"""`python -m manifest`: build the app package, or check the template and icons of this tree."""

from __future__ import annotations

import sys
import uuid
from pathlib import Path

import click

from manifest.build import ICON_NAMES, ICONS, AppSettings, PublicUrlError, build_manifest, write_package
from manifest.validate import SchemaMissingError, icon_faults, manifest_faults

# Any settings do for a check: what the schema says does not depend on them.
SAMPLE = AppSettings(bot_id=uuid.UUID("00000000-0000-4000-8000-000000000001"), public_url="https://countersign.example.com")


@click.group()
def main() -> None:
    """The Teams app package of Countersign."""


@main.command()
def check() -> None:
    """Check the template and the icons against Microsoft's schema and rules."""
    _validated(SAMPLE)


@main.command()
@click.option("--bot-id", type=click.UUID, required=True, help="App id of the bot's registration in Entra.")
@click.option("--url", required=True, help="Where Teams reaches the bot: https://HOST.")
@click.option("--website", help="Page for people with questions; the bot's own address unless given.")
@click.option("--developer", default=SAMPLE.developer, show_default=True, help="Who publishes the app, at most 32 characters.")
@click.option("--app-version", default=SAMPLE.version, show_default=True, help="Version of the app; raise it when the manifest changes.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default=Path("build/countersign.zip"), show_default=True)
def build(*, bot_id: uuid.UUID, url: str, website: str | None, developer: str, app_version: str, out: Path) -> None:
    """Build the package that an administrator uploads to Teams."""
    manifest = _validated(AppSettings(bot_id=bot_id, public_url=url, website=website, developer=developer, version=app_version))
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("wb") as package:
        write_package(manifest, package)
    click.echo(f"{out}: upload it in the Teams admin center, or in Teams under Apps, Manage your apps")


def _validated(settings: AppSettings) -> str:
    """The manifest of ``settings``, or the end of the program with a line for each fault."""
    try:
        manifest = build_manifest(settings)
        faults = manifest_faults(manifest) or icon_faults(manifest, {name: (ICONS / name).read_bytes() for name in ICON_NAMES})
    except (PublicUrlError, SchemaMissingError) as error:
        raise click.ClickException(str(error)) from error
    for fault in faults:
        click.echo(str(fault), err=True)
    if faults:
        sys.exit(1)
    return manifest


if __name__ == "__main__":
    main(prog_name="python -m manifest")

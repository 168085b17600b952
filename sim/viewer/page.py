"""What the page looks like; it knows names of the state and of triggers, and nothing else."""

from __future__ import annotations

from trame.ui.vuetify3 import VAppLayout
from trame.widgets import client, html
from trame.widgets import vuetify3 as v3
from trame_server import Server

STYLE = """
html { overflow: hidden !important; }
.v-label { white-space: nowrap; }
.v-data-table td, .v-data-table th { white-space: nowrap; padding: 0 8px !important; }
"""
TABLE = 400  # pixels of the runs' width
FILL = "position:absolute; inset:0; width:100%; height:100%; display:block;"
SEEN = (
    "trigger('seen', [$event.target.parentElement.clientWidth, "
    "$event.target.parentElement.clientHeight])"
)
AT = "$event.offsetX / $event.target.clientWidth, $event.offsetY / $event.target.clientHeight"
OTHER = "$event.button !== 0 || $event.shiftKey"
HINT = "drag: move the section, or turn the block (Shift: move); wheel: zoom; click: probe a point"
PICK = "trigger('pick', ['{side}', item.number])"


def lay_out(server: Server) -> None:
    """Make the page."""
    with VAppLayout(server) as layout, layout.root:
        client.Style(STYLE)
        with v3.VNavigationDrawer(permanent=True, width=TABLE):
            _runs()
        with (
            v3.VMain(style="height:100vh;"),
            html.Div(style="height:100%; display:flex; flex-direction:column;"),
        ):
            _settings()
            _picture()
            _time()
            _curve()


def _runs() -> None:
    with html.Div(style="height:100%; display:flex; flex-direction:column;"):
        html.Div("{{ root }}", classes="text-subtitle-1 font-weight-bold px-3 pt-2 text-truncate")
        v3.VTextField(
            v_model=("search",), placeholder="search the runs", density="compact",
            hide_details=True, clearable=True, variant="underlined", classes="px-3 flex-grow-0",
            prepend_inner_icon="mdi-magnify",
        )  # fmt: skip
        with v3.VDataTableVirtual(
            items=("rows",), headers=("headers",), search=("search || ''",), density="compact",
            fixed_header=True, hover=True, style="flex:1; min-height:0;", item_value="number",
        ):  # fmt: skip
            with html.Template(raw_attrs=['v-slot:item.pick="{ item }"']):
                for side in ("left", "right"):
                    v3.VBtn(
                        "L" if side == "left" else "R",
                        click=PICK.format(side=side),
                        variant=(f"{side} === item.number ? 'flat' : 'text'",),
                        color=(f"{side} === item.number ? 'primary' : undefined",),
                        title=f"show on the {side}",
                        size="x-small",
                        classes=f"pick-{side} px-0",
                        min_width=24,
                        raw_attrs=[':data-number="item.number"'],
                    )
            with html.Template(raw_attrs=['v-slot:item.name="{ item }"']):
                html.A(
                    "{{ item.name }}",
                    click=PICK.format(side="both"),
                    classes="pick-both text-primary",
                    style="cursor:pointer;",
                    raw_attrs=[':data-number="item.number"', ':title="item.where"'],
                )
            with html.Template(raw_attrs=['v-slot:item.outcome="{ item }"']):
                html.Div(
                    "{{ item.outcome }}{{ item.problem || item.has_fields ? '' : ' (no fields)' }}",
                    classes="text-truncate",
                    style="max-width:150px;",
                    raw_attrs=[
                        ":class=\"item.problem ? 'text-error' : ''\"",
                        ':title="item.outcome"',
                    ],
                )


def _settings() -> None:
    with html.Div(
        classes="d-flex align-center px-3 py-1",
        style="gap:12px; height:52px; overflow-x:auto; overflow-y:hidden;",
    ):
        v3.VSelect(
            v_model=("quantity",), items=("choices",), label="field", density="compact",
            disabled=("!choices.length",), hide_details=True, variant="outlined",
            style="max-width:270px; min-width:130px; flex:1;", id="quantity",
        )  # fmt: skip
        switches = {
            "logarithmic": ("log", "!can_be_logarithmic"),
            "threshold": ("threshold", "!['concentration', 'largest'].includes(quantity)"),
            "in_space": ("3-D", "false"),
        }
        for name, (label, disabled) in switches.items():
            v3.VSwitch(
                v_model=(name,), label=label, disabled=(disabled,), density="compact",
                hide_details=True, color="primary", classes="flex-grow-0", id=name,
            )  # fmt: skip
        with html.Div(
            v_if=("in_space",), classes="d-flex align-center", style="min-width:190px; flex:1;"
        ):
            html.Span("clip plane", classes="text-body-2 mr-2", style="white-space:nowrap;")
            v3.VSlider(
                v_model=("clip",), min=("-reach",), max=("reach",), step=0.5, hide_details=True,
                density="compact", thumb_size=14, id="clip",
            )  # fmt: skip
            html.Span("{{ clip.toFixed(1) }} mm", classes="text-body-2 ml-2", style="width:62px;")
        v3.VSpacer(v_if=("!in_space",))
        v3.VBtn(
            icon="mdi-fit-to-page-outline", click="trigger('reset')", title="show all",
            size="small", variant="text", id="reset",
        )  # fmt: skip
        v3.VBtn(
            icon="mdi-camera-outline", title="save this picture (PNG)", size="small",
            variant="text", id="screenshot",
            raw_attrs=[":href=\"'view.png?shot=' + picture\"", ":download=\"root + '.png'\""],
        )  # fmt: skip


def _picture() -> None:
    with html.Div(
        style="position:relative; flex:1; min-height:0; overflow:hidden;",
        raw_attrs=["v-resize.quiet=\"() => trigger('resized')\""],
    ):
        html.Img(
            v_if=("picture",),
            src=("'view.png?n=' + picture",),
            id="view",
            draggable="false",
            title=HINT,
            style=f"{FILL} touch-action:none; cursor:crosshair;",
            raw_attrs=[
                f'@load="{SEEN}"',
                '@pointerdown.prevent="$event.target.setPointerCapture($event.pointerId); '
                f"trigger('pointer', ['down', {AT}, {OTHER}])\"",
                f"@pointermove=\"$event.buttons && trigger('pointer', ['move', {AT}, false])\"",
                f"@pointerup=\"trigger('pointer', ['up', {AT}, false])\"",
                "@wheel.prevent=\"trigger('wheel', [$event.deltaY])\"",
                "@contextmenu.prevent",
            ],
        )
        v3.VProgressLinear(
            indeterminate=True, active=("busy",), absolute=True, color="primary", id="busy"
        )


def _time() -> None:
    with html.Div(classes="d-flex align-center px-3", style="height:44px;"):
        v3.VBtn(
            icon=("playing ? 'mdi-pause' : 'mdi-play'",), click="playing = !playing",
            disabled=("last < 1",), size="small", variant="text", title="play", id="play",
        )  # fmt: skip
        v3.VSlider(
            v_model=("step",), min=0, max=("last",), step=1, disabled=("last < 1",),
            hide_details=True, density="compact", thumb_size=14, color="primary", id="step",
        )  # fmt: skip
        html.Span(
            "{{ time }}", id="time", classes="text-body-1 ml-3 text-right", style="width:90px;"
        )


def _curve() -> None:
    with html.Div(classes="d-flex px-3", style="height:36px;"):
        v3.VSelect(
            v_model=("curve_of",), items=("curves",), density="compact", hide_details=True,
            variant="plain", style="max-width:250px;", id="curve_of",
        )  # fmt: skip
        html.Div(
            "{{ probed || 'click into the picture to probe a point' }}", id="probed",
            classes="text-body-2 text-right text-truncate pl-4", style="flex:1; line-height:36px;",
            raw_attrs=[':title="probed"'],
        )  # fmt: skip
    with html.Div(style="position:relative; height:200px;"):
        html.Img(
            v_if=("drawn",), src=("'curve.png?n=' + drawn",), style=FILL, id="curve",
            draggable="false",
        )  # fmt: skip
        html.Div(
            v_if=("mark",),
            id="mark",
            style=(
                "`position:absolute; top:24px; bottom:38px; width:0; left:${mark}; "
                "border-left:1.5px solid #333`",
            ),
        )

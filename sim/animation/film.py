"""A film into a file: H.264 in MP4 (yuv420p, which every player and browser reads)."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

from sim.animation.entering import Entering
from sim.animation.frame import HEIGHT, WIDTH
from sim.animation.scales import Scales
from sim.animation.source import Act
from sim.animation.spreading import Spreading
from sim.animation.timeline import phases
from sim.results.files import written
from sim.results.progress import DONE, Show, silent

SCENES = {"insertion": Entering, "injection": Spreading, "afterwards": Spreading}
QUALITY = ["-crf", "21", "-preset", "veryfast", "-movflags", "+faststart"]


def film(acts: Sequence[Act], path: Path, seconds: float, fps: int, show: Show = silent) -> int:
    """Write a film of `seconds` s per act to `path`, all of it or nothing; return its frames.

    Raises
    ------
    OSError
        If the file cannot be written.
    RuntimeError
        If there is no encoder.
    """
    count = 0
    with written(path) as aside, _encoder(aside, fps) as encoder:
        for stage, fraction, picture in pictures(acts, seconds, fps):
            encoder.send(np.ascontiguousarray(picture))
            show(stage, fraction)
            count += 1
        encoder.close()  # waits; what became of it the encoder does not say, so it is read back
        if imageio_ffmpeg.count_frames_and_secs(aside)[0] != count:
            raise OSError(errno.EIO, "the encoder did not write every frame", str(path))
    show(DONE, 1.0)
    return count


def pictures(
    acts: Sequence[Act], seconds: float, fps: int
) -> Iterator[tuple[str, float, NDArray[np.uint8]]]:
    """Yield the film's frames: what they show, the share of the film they end, their pixels.

    The pixels (HEIGHT, WIDTH, 4) are valid until the next frame is asked for.
    """
    scales = Scales.of([record for act in acts for record in act.records])
    for number, act in enumerate(acts):
        parts = phases(act.records, seconds)
        length = sum(part.length for part in parts)
        start, scene = 0.0, None
        for part in parts:
            if not isinstance(scene, SCENES[part.name]):
                scene = SCENES[part.name](act, scales, parts)
            end = start + part.length
            for frame in range(round(start * fps), round(end * fps)):
                elapsed = frame / fps - start
                # of a phase's frames the last one shows its end
                time = part.time(elapsed * part.length / max(part.length - 1.0 / fps, 1.0 / fps))
                share = (number + (frame + 1) / fps / length) / len(acts)
                yield (
                    f"{part.name} {number + 1}/{len(acts)}",
                    share,
                    scene.picture(part, time, start + elapsed),
                )
            start = end


@contextmanager
def _encoder(path: Path, fps: int) -> Iterator[Iterator[None]]:
    """Yield what takes the frames; the encoder's process ends with it."""
    encoder = imageio_ffmpeg.write_frames(
        path, (WIDTH, HEIGHT), pix_fmt_in="rgba", pix_fmt_out="yuv420p", fps=fps,
        codec="libx264", quality=None, ffmpeg_log_level="error", output_params=QUALITY,
    )  # fmt: skip
    encoder.send(None)
    try:
        yield encoder
    finally:
        encoder.close()

"""Which of an endpoint's certificates is shown beside a row."""

import asyncio
from typing import cast

from tests.support.rows import certificate, presenting, silent
from tofutui.tls.prober import Prober
from tofutui.tofu.certificates.presented import Presented
from tofutui.tofu.site.endpoint import Endpoint
from tofutui.workbench.probes import Probes, choose

OLD, NEW = "CN=ise01", "CN=ise02"


def test_the_certificate_that_fits_the_stored_name_is_shown_and_the_others_are_listed():
    rsa, ecdsa = certificate(OLD, mark="rsa"), certificate(NEW, mark="ecdsa")
    shown = choose(presenting(ecdsa), (presenting(rsa),), "/CN=ise01")
    assert (shown.certificate, shown.also) == (rsa, (ecdsa,))


def test_a_known_certificate_goes_before_one_that_only_fits_the_name():
    first, known = certificate(OLD, mark="a"), certificate(OLD, mark="b")
    shown = choose(presenting(first), (presenting(known),), "/CN=ise01", known.sha256)
    assert (shown.certificate, shown.also) == (known, (first,))


def test_a_way_without_any_answer_leaves_open_what_else_there_is():
    leaf = certificate(OLD)
    assert not choose(presenting(leaf), (), "/CN=ise01").also_unsure
    unsure = choose(presenting(leaf), (silent(),), "/CN=ise01")
    assert (unsure.certificate, unsure.also, unsure.also_unsure) == (leaf, (), True)


class Answering:
    """A prober; ports above 1000 never answer."""

    def __init__(self) -> None:
        self.stopped: list[int] = []

    async def fetch(self, row: Endpoint, target: Endpoint | None) -> Presented:
        if row.port > 1000:
            try:
                await asyncio.Event().wait()
            finally:
                self.stopped.append(row.port)
        return presenting(certificate(OLD))


async def test_the_end_of_a_round_costs_what_is_under_way_and_not_what_was_answered(monkeypatch):
    prober = Answering()
    probes = Probes(cast(Prober, prober))
    for port in range(1, 501):
        await probes.fetch(Endpoint("192.0.2.1", port), None)
    waiting = [asyncio.create_task(probes.fetch(Endpoint("192.0.2.1", port), None)) for port in (1001, 1002)]
    while len(probes._fetches) < 502:
        await asyncio.sleep(0)
    await asyncio.sleep(0)
    loop, scheduled = asyncio.get_running_loop(), []
    call_soon = loop.call_soon

    def noting(*work, **context):
        scheduled.append(work)
        return call_soon(*work, **context)

    monkeypatch.setattr(loop, "call_soon", noting)
    await probes.close()
    monkeypatch.undo()
    assert sorted(prober.stopped) == [1001, 1002]
    assert len(scheduled) < 50
    await asyncio.gather(*waiting, return_exceptions=True)
    assert all(task.cancelled() for task in waiting)

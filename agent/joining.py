"""How PCs become seats: what is answered to the operator who lets them, and to the PC that asks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from agent.api.answers import Done
from agent.api.joining import (
    LONGEST_MINUTES,
    MOST_INVITED,
    Hello,
    Introduced,
    Invited,
    Join,
    Joined,
    PlaceServe,
    SeatConfirm,
    SeatInvite,
    Served,
    digits,
    invitation,
)
from agent.auth import Principal
from agent.errors import bad_input, refused
from agent.network import parse_address
from agent.registering.seats import seat_join
from agent.server import Agent
from host.tls import CertificateError, fingerprint
from i18n.message import msg

_NOWHERE = ("0.0.0.0", "::")  # noqa: S104 - refused


@dataclass(frozen=True, slots=True)
class Joining:
    """The handlers."""

    agent: Agent

    async def serve(self, _: Principal, request: PlaceServe) -> Served:
        """Durable, so that it is so again after a restart."""
        agent, address = self.agent, request.address
        if address:
            host, port = parse_address(address)
            if host in _NOWHERE:
                raise bad_input(msg("name the address at which the other PCs reach this one, such as 192.168.1.10"))
            address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        async with agent.network.changing:
            await agent.network.listen(address)
            await agent.writer.run(partial(self._keep, address))
        return self._served()

    def _keep(self, address: str) -> None:
        with self.agent.store.transaction() as tables:
            tables.serve(address)

    def _served(self) -> Served:
        return Served(address=self.agent.network.address, fingerprint=self.agent.keys.log.key.fingerprint)

    async def invite(self, _: Principal, request: SeatInvite) -> Invited:
        if not 1 <= request.many <= MOST_INVITED:
            raise bad_input(msg("--many: from 1 to {most}", most=MOST_INVITED))
        if not 1 <= request.minutes <= LONGEST_MINUTES:
            raise bad_input(msg("--minutes: from 1 to {most}", most=LONGEST_MINUTES))
        served = self._served()
        if not served.address:
            raise refused(msg("other PCs cannot reach this agent yet; first: {command}", command="giochoi place serve ADDRESS"))
        code, until = self.agent.invitations.invite(request.many, request.minutes * 60_000)
        return Invited(string=invitation(served.address, served.fingerprint, code), until=until)

    async def confirm(self, _: Principal, request: SeatConfirm) -> Done:
        self.agent.invitations.confirm(request.digits)
        return Done(number=self.agent.registry.number)

    async def hello(self, _: Principal, __: Hello) -> Introduced:
        keys = self.agent.keys
        note = keys.log.sign(self.agent.network.authority.certificate)
        return Introduced(log_key=keys.log.vkey, roster_key=keys.roster.vkey, authority=note)

    async def join(self, caller: Principal, request: Join) -> Joined:
        agent = self.agent
        authority = agent.network.authority
        with agent.store.reading() as tables:
            known = any(row.tls == fingerprint(request.key) and row.retired is None for row in tables.seats())
        try:
            authority.issue("seat", request.key)
        except CertificateError as error:
            raise bad_input(msg("the PC's key is not valid: {why}", why=str(error))) from error
        if not known:  # else its first answer was lost
            if request.code is None:
                await agent.invitations.confirmed(digits(authority.certificate, request.key))
            else:
                agent.invitations.take(request.code)
        join = partial(seat_join, public=request.key, host=request.host)
        done = await agent.writer.run(lambda: agent.change(join, caller.account))
        return Joined(seat=done.id, certificate=authority.issue(done.id, request.key))

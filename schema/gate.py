"""The one door every operation goes through, of pages and of clients alike.

Before execution: the credentials are turned into a viewer, whose allowance is looked at before
anything else; the document is taken from the library (parsed and validated once); limits and
scopes are checked, and points taken. After it: errors are given their codes and ours are masked.
"""

from collections.abc import AsyncIterator
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    get_variable_values,
    parse,
)
from strawberry.extensions import SchemaExtension
from strawberry.types import ExecutionContext

from schema import errors, streams
from schema.analysis import Library, mistake
from schema.bounds import check_values
from schema.context import BadCredentials, Context, Viewer, ask_as, asking, authenticate
from schema.limits import MAX_MISTAKES
from schema.measure import Measure, check_limits
from schema.points import Account, account, buckets_of

# What stands in for a document that must not run: Strawberry asks whether its operation's type
# is allowed here before it looks at the errors we found.
_STAND_INS: dict[OperationType, DocumentNode] = {
    kind: parse(f"{kind.value} {{ __typename }}") for kind in OperationType
}


def _allowed(execution: ExecutionContext) -> set[str]:
    """Kinds of operations the transport can run."""
    return {kind.value for kind in execution.allowed_operations}


class Gate(SchemaExtension):
    """Strawberry's hooks around `_admit` and `errors.public`; one for each operation."""

    library: Library
    account: Account | None = None
    measure: Measure | None = None
    place: streams.Place = ()

    async def on_operation(self) -> AsyncIterator[None]:
        """Admit the operation, run it, and mask what went wrong inside it."""
        execution = self.execution_context
        refused = await self._admit(execution)
        if refused:
            allowed = _allowed(execution)
            execution.graphql_document = next(
                document for kind, document in _STAND_INS.items() if kind.value in allowed
            )
            execution._provided_operation_name = None
            execution.pre_execution_errors = refused
        try:
            yield
        finally:
            streams.leave(self.place)
        self._mask(execution.result)

    async def on_stream_result(self, result: Any) -> AsyncIterator[None]:
        """The same for each result of a stream. What is pushed is paid for, and never held back."""
        self._mask(result)
        if self.place and self.account is not None and self.measure is not None:
            await self.account.charge(self.measure.points)
            result.extensions = {**(result.extensions or {}), **self.get_results()}
        yield

    def get_results(self) -> dict[str, Any]:
        """`extensions` of a result: what it cost, if the operation was run."""
        account, measure = self.account, self.measure
        if account is None or account.standing is None or measure is None:
            return {}
        standing = account.standing
        cost = {
            "fields": measure.cost,
            "requested": measure.points,
            "limit": standing.limit,
            "remaining": standing.remaining,
            "resetAt": standing.reset_moment.isoformat(),
        }
        return {"cost": cost}

    async def _admit(self, execution: ExecutionContext) -> list[GraphQLError] | None:
        execution.validation_rules = ()
        ask_as(None, {})
        try:
            return await self._check(execution)
        except GraphQLError as error:
            return [error]
        except RecursionError:
            return [errors.coded("The document is nested too deeply.", errors.COST_EXCEEDED)]
        except Exception as error:
            return [GraphQLError(str(error), original_error=error)]

    async def _check(self, execution: ExecutionContext) -> list[GraphQLError] | None:
        if not isinstance(execution.query, str):
            raise errors.coded("The query must be a string.", errors.BAD_REQUEST)
        viewer = await self._enter(execution.context)
        prepared = self.library.prepare(execution.query)
        if prepared.errors:
            return prepared.errors
        operation = prepared.operation(execution._provided_operation_name)
        if operation.operation.value not in _allowed(execution):
            raise errors.coded(
                f"A {operation.operation.value} cannot be run this way.", errors.BAD_REQUEST
            )
        variables = execution.variables or {}
        if self.account is not None:  # our own forms are bounded, and told in their own words
            refused = check_values(variables)
            if refused:
                raise refused
        measure = self.library.measure(prepared, operation, variables)
        refused = check_limits(measure)
        if refused:
            raise refused
        ask_as(viewer, prepared.names)
        await self._permit(execution.context, viewer, operation, measure)
        faults = self._faults(operation, variables)
        if faults is None:
            await self._pay(viewer, operation, measure)
            execution.graphql_document = prepared.document
            execution.pre_execution_errors = None
        return faults

    async def _enter(self, context: Context) -> Viewer | None:
        """Who asks; a client pays the first point before anything is looked at, also for what
        turns out to be wrong. Raises RATE_LIMITED or UNAUTHENTICATED.
        """
        viewer, known = None, True
        try:
            viewer = await authenticate(context)
        except BadCredentials:
            known = False
        if context.host is not None:
            self.account = Account(buckets_of(viewer, context.host))
        context.account = self.account
        account.set(self.account)
        if self.account is not None:
            await self.account.take(1)
        if not known:
            raise errors.unauthenticated()
        return viewer

    async def _permit(
        self,
        context: Context,
        viewer: Viewer | None,
        operation: OperationDefinitionNode,
        measure: Measure,
    ) -> None:
        """Raises UNAUTHENTICATED or FORBIDDEN_SCOPE."""
        if viewer is None and operation.operation is not OperationType.QUERY:
            if context.close is not None:  # a socket that came without credentials: 4403
                await context.close()
            raise errors.unauthenticated()
        missing = measure.scopes - asking().scopes
        if missing and viewer is not None:
            raise errors.coded(
                f"This needs the scope {', '.join(sorted(missing))}.",
                errors.FORBIDDEN_SCOPE,
                missing=sorted(missing),
            )

    def _faults(
        self, operation: OperationDefinitionNode, variables: dict[str, Any]
    ) -> list[GraphQLError] | None:
        """What is wrong with the variables. As shipped, that is found too late: as the result of
        an execution, with a `data` that is null.
        """
        wanted = operation.variable_definitions or ()
        found = get_variable_values(self.library.schema, wanted, variables, max_errors=MAX_MISTAKES)
        return [mistake(error) for error in found] if isinstance(found, list) else None

    async def _pay(
        self, viewer: Viewer | None, operation: OperationDefinitionNode, measure: Measure
    ) -> None:
        """Take the rest of the points, and a place for a subscription."""
        if self.account is None:
            return
        if measure.points > 1:
            await self.account.take(measure.points - 1)
        if operation.operation is OperationType.SUBSCRIPTION and viewer is not None:
            self.place = streams.enter(viewer)
        self.measure = measure

    def _mask(self, result: Any) -> None:
        found = getattr(result, "errors", None)
        if found:
            context: Context = self.execution_context.context
            result.errors = [errors.public(error, context.request_id) for error in found]

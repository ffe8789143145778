"""What is kept of a compiled kernel on disk, read back without what only compiling needs.

Before it looks for a kernel on disk, numba loads every function that a kernel could call (a fifth
of a second a process, with the GIL held), which it does again before it compiles one. And with the
machine code of a kernel it reads LLVM's bitcode, which is there for other kernels to be compiled
against: a quarter of a second for those of a server. A process that finds all its kernels compiled
can do without both.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from llvmlite import binding as llvm
from numba.core.caching import CompileResultCacheImpl, FunctionCache
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompileResult
from numba.core.runtime import rtsys

P = ParamSpec("P")
R = TypeVar("R")


class LateLibrary(JITCodeLibrary):  # type: ignore[misc]  # numba ships no types
    """Machine code read from disk; its bitcode is read when a kernel is compiled against it."""

    _bitcode: bytes = b""
    _module: Any = None

    @property
    def _shared_module(self) -> Any:
        """What numba links into others, None before there is anything to link."""
        if self._module is None and self._bitcode:
            self._module = llvm.parse_bitcode(self._bitcode)
        return self._module

    @_shared_module.setter
    def _shared_module(self, module: Any) -> None:
        self._module = module

    def read(self, machine_code: bytes, bitcode: bytes, symbols: frozenset[str]) -> None:
        """Become the library of what is on disk, whose names `symbols` are."""
        self.enable_object_caching()
        self._set_compiled_object(machine_code)
        self._bitcode = bitcode
        self._finalize_final_module()
        self._codegen._engine._defined_symbols |= symbols


class KernelResults(CompileResultCacheImpl):  # type: ignore[misc]
    """What is written of a compiled kernel: as numba does, and the names in its bitcode."""

    def reduce(self, cres: Any) -> Any:
        """Return what can be written."""
        (name, kind, code), *others = cres._reduce()
        module = cres.library._get_module_for_linking()
        found = (*module.functions, *module.global_variables)
        symbols = frozenset(one.name for one in found if not one.is_declaration)
        return (name, kind, (*code, symbols)), *others

    def rebuild(self, target_context: Any, payload: Any) -> Any:
        """Return the compiled kernel that was written."""
        (name, _, code), fndesc, environment, signature, objectmode, lifted, *rest = payload
        annotation, reload_init, referenced = rest
        for initialise in reload_init or ():
            initialise()
        codegen = target_context.codegen()
        library = LateLibrary(codegen, name)
        library.read(*code)
        kernel = CompileResult(
            target_context=target_context,
            typing_context=target_context.typing_context,
            library=library,
            environment=environment,
            entry_point=target_context.get_executable(library, fndesc, environment),
            fndesc=fndesc,
            type_annotation=annotation,
            signature=signature,
            objectmode=objectmode,
            lifted=lifted,
            typing_error=None,
            call_helper=None,
            metadata=None,
            reload_init=reload_init,
            referenced_envs=referenced,
        )
        for one in referenced:
            codegen.set_env(one.env_name, one)
        return kernel


class KernelFiles(FunctionCache):  # type: ignore[misc]
    """The files of one kernel, one for each combination of types that it was called with."""

    _impl_class = KernelResults

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return what is on disk for the types of `sig`, or None: numba then compiles it."""
        rtsys.initialize(target_context)  # which kernels that make arrays call by address
        with self._guard_against_spurious_io_errors():
            return self._load_overload(sig, target_context)


def keep(compiled: Callable[P, R]) -> Callable[P, R]:
    """Let a function of `numba.njit` be read from disk, and written there once compiled."""
    compiled._cache = KernelFiles(compiled.py_func)  # type: ignore[attr-defined]  # as numba does
    return compiled

"""AdamW: PyTorch's optimiser and its fused kernel, called without the checks around it.

At networks of a few thousand weights PyTorch spends more time in the Python of `step` than in the arithmetic. Here the
lists that the kernel takes are built once, and the step counts of all parameters lie in one tensor. Numbers and state
are those of `torch.optim.AdamW(fused=True)` (a test compares them bit for bit).

Source: Loshchilov and Hutter 2019, "Decoupled weight decay regularization".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import torch
from torch import Tensor


class _Lists(NamedTuple):
    parameters: list[Tensor]
    means: list[Tensor]
    squares: list[Tensor]
    counts: list[Tensor]
    """One view of `steps` a parameter."""
    steps: Tensor


class AdamW(torch.optim.AdamW):
    """AdamW over one group of parameters on one device.

    Args:
        parameters: what is changed; a parameter without a gradient is left as it is in that step.
        learning_rate, betas, weight_decay: as in the source.
    """

    def __init__(
        self,
        parameters: Iterable[torch.nn.Parameter],
        learning_rate: float,
        betas: tuple[float, float],
        weight_decay: float,
    ) -> None:
        super().__init__(list(parameters), lr=learning_rate, betas=betas, weight_decay=weight_decay, fused=True)
        self._lists: _Lists | None = None

    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        """Change every parameter that has a gradient; there is no closure to evaluate again."""
        lists = self._lists or self._build_lists()
        gradients = [parameter.grad for parameter in lists.parameters]
        if any(gradient is None for gradient in gradients):
            chosen = [index for index, gradient in enumerate(gradients) if gradient is not None]
            if chosen:
                torch._foreach_add_([lists.counts[index] for index in chosen], 1)
                self._apply(*([values[index] for index in chosen] for values in (*lists[:4], gradients)))
            return
        lists.steps.add_(1)
        self._apply(*lists[:4], gradients)

    step.hooked = True  # type: ignore[attr-defined]  # keeps PyTorch from wrapping it for its profiler

    @torch.no_grad()
    def _apply(self, parameters: Any, means: Any, squares: Any, counts: Any, gradients: Any) -> None:
        """The kernel over parallel lists."""
        group = self.param_groups[0]
        beta_1, beta_2 = group["betas"]
        torch._fused_adamw_(
            parameters,
            gradients,
            means,
            squares,
            [],
            counts,
            lr=group["lr"],
            beta1=beta_1,
            beta2=beta_2,
            weight_decay=group["weight_decay"],
            eps=group["eps"],
            amsgrad=False,
            maximize=False,
        )

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over a state; parameters without one start anew."""
        super().load_state_dict(state_dict)
        self._lists = None

    def _build_lists(self) -> _Lists:
        """The kernel's arguments, and the optimiser's state as views of them."""
        parameters = self.param_groups[0]["params"]
        steps = torch.zeros(len(parameters), device=parameters[0].device)
        for index, parameter in enumerate(parameters):
            state = self.state[parameter]
            steps[index] = float(state.get("step", 0.0))
            state["step"] = steps[index]
            for name in ("exp_avg", "exp_avg_sq"):
                state.setdefault(name, torch.zeros_like(parameter))
        states = [self.state[parameter] for parameter in parameters]
        self._lists = _Lists(
            list(parameters),
            [state["exp_avg"] for state in states],
            [state["exp_avg_sq"] for state in states],
            [state["step"] for state in states],
            steps,
        )
        return self._lists

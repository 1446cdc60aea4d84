package spice.store;

import static spice.domain.Check.require;

/// The name of a step's result, known before the result: the step, the version of its code, and the digest of all
/// its inputs. A step looks for a result under this name before it computes one.
///
/// @param step lower-case word, for instance `attempt`
/// @param version raised by hand whenever the step's code gives another result for the same inputs
/// @param inputs SHA-256 of the canonical JSON of the inputs
public record StepKey(String step, int version, String inputs) {
    public StepKey {
        require(step.matches("[a-z][a-z-]*"), "not a step's name: %s", step);
        require(inputs.matches("[0-9a-f]{64}"), "not a SHA-256: %s", inputs);
    }
}

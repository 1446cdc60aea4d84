package spice.store;

import static spice.domain.Check.require;

/// The name of a step's result before the result is known: the step, the version of the code that takes it, and
/// the digest of everything that goes into it. A step looks under this name before it works.
///
/// @param step lower-case word, e.g. `attempt`
/// @param version raised by hand whenever the step's code would give another result for the same inputs
/// @param inputs SHA-256 of the canonical JSON of the inputs
public record StepKey(String step, int version, String inputs) {
    public StepKey {
        require(step.matches("[a-z][a-z-]*"), "not a step's name: %s", step);
        require(inputs.matches("[0-9a-f]{64}"), "not a SHA-256: %s", inputs);
    }
}

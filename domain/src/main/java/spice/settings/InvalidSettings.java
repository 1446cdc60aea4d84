package spice.settings;

import java.util.List;

/// A run's settings cannot be used. The message lists all problems, each with field, value and remedy.
public final class InvalidSettings extends Exception {
    private static final long serialVersionUID = 1;

    private final transient List<String> problems;

    InvalidSettings(List<String> problems) {
        super(String.join("\n", problems));
        this.problems = List.copyOf(problems);
    }

    public List<String> problems() {
        return problems;
    }
}

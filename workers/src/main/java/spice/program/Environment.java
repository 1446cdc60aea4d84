package spice.program;

import java.util.Map;

/// The environment of this process: the one place that reads it.
public final class Environment {
    private Environment() {}

    /// All variables by name.
    public static Map<String, String> variables() {
        return System.getenv();
    }

    /// The folders in which programs are looked for, as `PATH` lists them.
    public static String path() {
        return variables().getOrDefault("PATH", "");
    }
}

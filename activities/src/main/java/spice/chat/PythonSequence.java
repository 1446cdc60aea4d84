package spice.chat;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.exptest.ExpTest;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The tests `iterable` and `sequence`, which strings and dicts also pass in Python.
record PythonSequence(String name) implements ExpTest {
    @Override
    public String getName() {
        return name;
    }

    @Override
    public boolean evaluate(@Nullable Object value, JinjavaInterpreter interpreter, Object... arguments) {
        return value instanceof Iterable || value instanceof String || value instanceof Map;
    }
}

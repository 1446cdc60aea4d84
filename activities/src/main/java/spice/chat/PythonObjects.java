package spice.chat;

import com.hubspot.jinjava.el.ext.JinjavaBeanELResolver;
import com.hubspot.jinjava.lib.exptest.ExpTest;
import com.hubspot.jinjava.lib.filter.Filter;
import com.hubspot.jinjava.util.ForLoop;
import java.beans.FeatureDescriptor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import jinjava.javax.el.ELContext;
import jinjava.javax.el.ELException;
import jinjava.javax.el.ELResolver;
import org.jspecify.annotations.Nullable;

/// Resolves what an expression of a template may reach: keys of dicts, items of lists and strings, the few Python
/// methods that templates call, and the counters of a loop. Java's own members, which jinjava would find by
/// reflection, are out of reach.
final class PythonObjects extends ELResolver {
    /// Runs jinjava's own filters and tests, which are Java objects. [JinjaTemplate] decides which of them exist.
    private final ELResolver library = new JinjavaBeanELResolver(true);

    @Override
    public @Nullable Object invoke(
            ELContext context,
            @Nullable Object base,
            Object method,
            Class<?> @Nullable [] types,
            Object @Nullable [] arguments) {
        if (base instanceof Filter || base instanceof ExpTest) {
            return library.invoke(context, base, method, types, arguments);
        }
        List<Object> given = arguments == null ? List.of() : Arrays.asList(arguments);
        context.setPropertyResolved(true);
        try {
            return switch (base) {
                case String text -> PythonStrings.call(text, method.toString(), given);
                case Map<?, ?> dict -> ofDict(dict, method.toString(), given);
                case List<?> list when method.equals("reversed") -> list.reversed();
                case null, default -> throw new UnusableTemplate("there is no method .%s() here".formatted(method));
            };
        } catch (UnusableTemplate e) {
            // jinjava reports this type of exception and swallows others.
            throw new ELException(e.getMessage(), e);
        }
    }

    private static @Nullable Object ofDict(Map<?, ?> dict, String method, List<Object> given) {
        return switch (method) {
            case "items" ->
                dict.entrySet().stream()
                        .map(entry -> Arrays.asList(entry.getKey(), entry.getValue()))
                        .toList();
            case "keys" -> new ArrayList<>(dict.keySet());
            case "values" -> new ArrayList<>(dict.values());
            case "get" -> {
                Object value = dict.get(given.getFirst());
                yield value == null && given.size() > 1 ? given.get(1) : value;
            }
            default -> throw new UnusableTemplate("there is no method .%s() of a dict here".formatted(method));
        };
    }

    @Override
    public @Nullable Object getValue(ELContext context, @Nullable Object base, Object property) {
        context.setPropertyResolved(true);
        String name = property.toString();
        return switch (base) {
            case Map<?, ?> dict -> dict.get(name);
            case List<?> list -> place(name, list.size()).map(list::get).orElse(null);
            case String text ->
                place(name, text.length()).map(at -> text.substring(at, at + 1)).orElse(null);
            case ForLoop loop -> counter(loop, name);
            case null, default -> null;
        };
    }

    /// The index, where a negative one counts from the end; empty if it is out of range.
    private static Optional<Integer> place(String index, int size) {
        if (!index.matches("-?\\d{1,9}")) {
            return Optional.empty();
        }
        int number = Integer.parseInt(index);
        int at = number < 0 ? number + size : number;
        return at >= 0 && at < size ? Optional.of(at) : Optional.empty();
    }

    private static Object counter(ForLoop loop, String name) {
        return switch (name) {
            case "index" -> (long) loop.getIndex();
            case "index0" -> (long) loop.getIndex0();
            case "revindex" -> (long) loop.getRevindex();
            case "revindex0" -> (long) loop.getRevindex0();
            case "length" -> (long) loop.getLength();
            case "depth" -> (long) loop.getDepth();
            case "first" -> loop.isFirst();
            case "last" -> loop.isLast();
            default -> throw new ELException("there is no loop.%s here".formatted(name));
        };
    }

    @Override
    public void setValue(ELContext context, @Nullable Object base, Object property, @Nullable Object value) {
        throw new ELException("%s cannot be set".formatted(property));
    }

    @Override
    public boolean isReadOnly(ELContext context, @Nullable Object base, Object property) {
        context.setPropertyResolved(true);
        return true;
    }

    @Override
    public @Nullable Class<?> getType(ELContext context, @Nullable Object base, Object property) {
        context.setPropertyResolved(true);
        return Object.class;
    }

    @Override
    public @Nullable Iterator<FeatureDescriptor> getFeatureDescriptors(ELContext context, @Nullable Object base) {
        return null;
    }

    @Override
    public Class<?> getCommonPropertyType(ELContext context, @Nullable Object base) {
        return Object.class;
    }
}

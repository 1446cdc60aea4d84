package spice.chat;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.el.JinjavaProcessors;
import com.hubspot.jinjava.interpret.Context;
import com.hubspot.jinjava.interpret.RenderResult;
import com.hubspot.jinjava.interpret.TemplateError;
import com.hubspot.jinjava.lib.Importable;
import com.hubspot.jinjava.lib.fn.ELFunctionDefinition;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/// A checkpoint's Jinja template, rendered by jinjava in a sandbox, since anyone may have written it. It reaches no
/// file, no other template and no Java object ([PythonObjects]). It gets only the filters, functions and tags that
/// chat templates need. Its steps, loops and texts are bounded. Anything beyond that is an error, never a guess.
final class JinjaTemplate {
    static final int LENGTH = 1_000_000;
    private static final int ITEMS = 10_000;
    private static final int STEPS = 100_000;
    private static final int DEPTH = 20;
    private static final Set<String> FILTERS = Set.of(
            "abs",
            "capitalize",
            "count",
            "d",
            "default",
            "dictsort",
            "first",
            "float",
            "indent",
            "int",
            "join",
            "last",
            "length",
            "list",
            "lower",
            "map",
            "reject",
            "rejectattr",
            "replace",
            "reverse",
            "round",
            "safe",
            "select",
            "selectattr",
            "sort",
            "string",
            "title",
            "tojson",
            "trim",
            "unique",
            "upper");
    private static final Set<String> FUNCTIONS = Set.of("namespace", "range");
    private static final Map<Context.Library, Set<String>> DISABLED = disabled();
    private static final Jinjava JINJA = jinjava();

    private final String source;

    private JinjaTemplate(String source) {
        this.source = source;
    }

    /// @throws UnusableTemplate if the template is too long, or has a tag that chat templates do not need
    static JinjaTemplate of(String source) {
        if (source.length() > LENGTH) {
            throw new UnusableTemplate("it has %d characters".formatted(source.length()));
        }
        return new JinjaTemplate(JinjaSource.forJinjava(source));
    }

    /// @throws UnusableTemplate if the template raises an exception, uses something unknown, or exceeds a bound
    String render(Map<String, ?> values) {
        AtomicInteger steps = new AtomicInteger();
        JinjavaConfig config = config().withProcessors(JinjavaProcessors.newBuilder()
                        .withNodePreProcessor((_, _) -> {
                            if (steps.incrementAndGet() > STEPS) {
                                throw new UnusableTemplate("it does not end within %d steps".formatted(STEPS));
                            }
                        })
                        .build())
                .build();
        try {
            RenderResult result = JINJA.renderForResult(source, new HashMap<>(values), config);
            result.getErrors().stream().findFirst().ifPresent(error -> {
                throw new UnusableTemplate(reason(error));
            });
            return result.getOutput();
        } catch (StackOverflowError e) {
            throw new UnusableTemplate("it is nested too deeply");
        }
    }

    private static String reason(TemplateError error) {
        for (Throwable cause = error.getException(); cause != null; cause = cause.getCause()) {
            if (cause instanceof UnusableTemplate) {
                return String.valueOf(cause.getMessage());
            }
        }
        return "line %d: %s".formatted(error.getLineno(), error.getMessage());
    }

    private static JinjavaConfig.Builder config() {
        return JinjavaConfig.newBuilder()
                .withDisabled(DISABLED)
                .withElResolver(new PythonObjects())
                .withNestedInterpretationEnabled(false)
                .withKeepTrailingNewline(true)
                .withMaxOutputSize(LENGTH)
                .withMaxStringLength(LENGTH)
                .withMaxListSize(ITEMS)
                .withMaxMapSize(ITEMS)
                .withRangeLimit(ITEMS)
                .withMaxRenderDepth(DEPTH)
                .withEnableRecursiveMacroCalls(false)
                .withLegacyOverrides(LegacyOverrides.newBuilder()
                        .withIterateOverMapKeys(true)
                        .withUsePyishObjectMapper(true)
                        .withUseNaturalOperatorPrecedence(true)
                        .withAllowAdjacentTextNodes(true)
                        .withKeepNullableLoopValues(true)
                        .withHandleBackslashInQuotesOnly(true)
                        .build());
    }

    private static Jinjava jinjava() {
        Jinjava jinjava = new Jinjava(config().build());
        jinjava.registerFilter(new PythonJson());
        PythonFilter.all().forEach(jinjava::registerFilter);
        jinjava.registerExpTest(new PythonSequence("iterable"));
        jinjava.registerExpTest(new PythonSequence("sequence"));
        jinjava.registerFunction(new ELFunctionDefinition(
                "", "raise_exception", TemplateFunctions.class, "raiseException", String.class));
        jinjava.registerFunction(
                new ELFunctionDefinition("", "strftime_now", TemplateFunctions.class, "strftimeNow", String.class));
        return jinjava;
    }

    /// The filters and functions of jinjava that chat templates do not need.
    private static Map<Context.Library, Set<String>> disabled() {
        Context all = new Jinjava().getGlobalContext();
        return Map.of(
                Context.Library.FILTER, others(all::getAllFilters, FILTERS),
                Context.Library.FUNCTION, others(all::getAllFunctions, FUNCTIONS));
    }

    private static Set<String> others(Supplier<? extends Iterable<? extends Importable>> library, Set<String> needed) {
        Set<String> names = new HashSet<>();
        library.get().forEach(item -> {
            // jinjava knows a function without a namespace by two names, with and without a colon.
            names.add(item.getName());
            names.add(item.getName().replaceFirst("^:", ""));
        });
        names.removeIf(name -> needed.contains(name.replaceFirst("^:", "")));
        return names;
    }
}

package spice.ui;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.extension.ConditionEvaluationResult.disabled;
import static org.junit.jupiter.api.extension.ConditionEvaluationResult.enabled;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/// Gives the tests of a class one stack and one browser, as parameters. Without a browser on the machine the class
/// is not run and says so; where `SPICE_REQUIRE_BROWSER` is 1, it fails. What a test left on the page when it
/// failed is kept as a screenshot.
final class WebUi implements ExecutionCondition, BeforeAllCallback, AfterEachCallback, ParameterResolver {
    private static final String REQUIRED = "SPICE_REQUIRE_BROWSER";
    private static final ExtensionContext.Namespace OURS = ExtensionContext.Namespace.create(WebUi.class);

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        Optional<String> problem = Browser.problem();
        if (problem.isPresent() && "1".equals(System.getenv(REQUIRED))) {
            fail(problem.get());
        }
        return problem.isPresent() ? disabled(problem.get()) : enabled("there is a browser");
    }

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        Path folder = Files.createTempDirectory("spice-ui");
        ScriptedStack stack = ScriptedStack.start(folder);
        context.getStore(OURS).put(ScriptedStack.class, stack);
        context.getStore(OURS).put(Browser.class, Browser.open(stack.ui()));
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        if (context.getExecutionException().isPresent()) {
            browser(context)
                    .screenshot("failed-" + context.getRequiredTestMethod().getName());
        }
        stack(context).repair();
    }

    private static Browser browser(ExtensionContext context) {
        return context.getStore(OURS).get(Browser.class, Browser.class);
    }

    private static ScriptedStack stack(ExtensionContext context) {
        return context.getStore(OURS).get(ScriptedStack.class, ScriptedStack.class);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == ScriptedStack.class || type == Browser.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Browser.class ? browser(context) : stack(context);
    }
}

package spice.ui;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.extension.ConditionEvaluationResult.disabled;
import static org.junit.jupiter.api.extension.ConditionEvaluationResult.enabled;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/// Gives tests the stack and the browser of this JVM, as parameters. Without a browser on the machine the class is
/// skipped with the reason; if `SPICE_REQUIRE_BROWSER` is 1, it fails. A screenshot of the page is kept when a test
/// fails.
final class WebUi implements ExecutionCondition, BeforeAllCallback, AfterEachCallback, ParameterResolver {
    private static final String REQUIRED = "SPICE_REQUIRE_BROWSER";

    // Not in JUnit's store, which would close them at the end of a class.
    private @Nullable ScriptedStack stack;
    private @Nullable Browser browser;

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
        stack = ScriptedStack.shared();
        browser = Browser.shared();
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        if (context.getExecutionException().isPresent()) {
            requireNonNull(browser)
                    .screenshot("failed-" + context.getRequiredTestMethod().getName());
        }
        requireNonNull(stack).repair();
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == ScriptedStack.class || type == Browser.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Browser.class ? requireNonNull(browser) : requireNonNull(stack);
    }
}

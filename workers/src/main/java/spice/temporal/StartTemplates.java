package spice.temporal;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.temporal.client.WorkflowExecutionAlreadyStarted;
import io.temporal.client.WorkflowOptions;
import java.net.URI;
import java.util.Map;
import spice.settings.SettingsReader;
import spice.workflows.SelfPlayRun;
import spice.workflows.TaskQueues;

/// Templates for the Temporal UI's start form: for each preset a run that holds all its settings, one by one, and
/// has done nothing. The form fills itself in from it.
final class StartTemplates {
    private StartTemplates() {}

    /// Makes the templates that the server does not know, or has forgotten.
    static void seed(TemporalConnection temporal) {
        SettingsReader.presets().stream()
                .filter(preset -> !isThere(temporal, id(preset)))
                .forEach(preset -> make(temporal, preset));
    }

    /// The start form, filled in with a preset.
    ///
    /// @param ui address of the Temporal UI
    static String link(URI ui, String namespace, String preset) {
        return "%s/namespaces/%s/workflows/start-workflow?workflowId=%s&taskQueue=%s&workflowType=SelfPlayRun"
                .formatted(ui, namespace, id(preset), TaskQueues.RUNS);
    }

    private static String id(String preset) {
        return "template-" + preset;
    }

    private static boolean isThere(TemporalConnection temporal, String id) {
        try {
            var _ = temporal.describe(id);
            return true;
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() == Status.Code.NOT_FOUND) {
                return false;
            }
            throw e;
        }
    }

    private static void make(TemporalConnection temporal, String preset) {
        try {
            var _ = temporal.client()
                    .newUntypedWorkflowStub(
                            "SelfPlayRun",
                            WorkflowOptions.newBuilder()
                                    .setTaskQueue(TaskQueues.RUNS)
                                    .setWorkflowId(id(preset))
                                    .setMemo(Map.of(SelfPlayRun.TEMPLATE, true))
                                    .setStaticSummary("a template: start a run like this one")
                                    .build())
                    .start(SettingsReader.preset(preset));
        } catch (WorkflowExecutionAlreadyStarted e) {
            // Another program that starts at the same moment was first.
        }
    }
}

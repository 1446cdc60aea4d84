package spice.temporal;

import static org.assertj.core.api.Assertions.assertThat;

import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.enums.v1.EventType;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.workflowservice.v1.DeleteWorkflowExecutionRequest;
import io.temporal.client.WorkflowNotFoundException;
import io.temporal.client.WorkflowStub;
import io.temporal.worker.WorkerFactory;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.cli.ScriptedWorkers;
import spice.local.TestTemporal;
import spice.runs.RunReport;
import spice.settings.SettingsReader;
import spice.workers.TestBuild;
import spice.workflows.SelfPlayRunImpl;

/// The template runs that the links in docs/commands.md and in the banner open, on the real server.
class StartTemplatesTest {
    @TempDir
    static Path folder;

    private static TestTemporal temporal;
    private static TemporalConnection connection;
    private static WorkerFactory workers;

    @BeforeAll
    static void start() throws Exception {
        temporal = TestTemporal.start(folder);
        connection = ScriptedWorkers.connect(temporal);
        workers = WorkerFactory.newInstance(connection.client());
        TestBuild.worker(workers).registerWorkflowImplementationTypes(SelfPlayRunImpl.class);
        workers.start();
        TestBuild.makeCurrent(connection.stubs());
    }

    @AfterAll
    static void stop() {
        workers.shutdownNow();
        connection.close();
        temporal.close();
    }

    private static WorkflowStub template(String preset) {
        return connection.client().newUntypedWorkflowStub("template-" + preset);
    }

    private static WorkflowExecution newest(String preset) {
        return template(preset).describe().getExecution();
    }

    @Test
    void eachPresetHasOneThatHoldsItsSettingsAndClosesWithoutWork() throws Exception {
        StartTemplates.seed(connection);

        assertThat(SettingsReader.presets()).containsExactlyInAnyOrder("nano", "own", "paper");
        for (String preset : SettingsReader.presets()) {
            assertThat(template(preset).getResult(RunReport.class)).isNull();
            List<HistoryEvent> events =
                    connection.client().fetchHistory("template-" + preset).getEvents();
            assertThat(events)
                    .extracting(HistoryEvent::getEventType)
                    .containsExactly(
                            EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED,
                            EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED,
                            EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED,
                            EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED,
                            EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED);
            String input = events.getFirst()
                    .getWorkflowExecutionStartedEventAttributes()
                    .getInput()
                    .getPayloads(0)
                    .getData()
                    .toStringUtf8();
            assertThat(SettingsReader.read(input))
                    .isEqualTo(SettingsReader.read("{\"preset\": \"%s\"}".formatted(preset)));
            assertThat(input).contains("\"iterations\"", "\"learningRate\"");
        }
    }

    @Test
    void oneThatTheServerHasForgottenIsMadeAnewAndTheOtherLeftAlone() throws Exception {
        StartTemplates.seed(connection);
        template("nano").getResult(RunReport.class);
        template("paper").getResult(RunReport.class);
        WorkflowExecution nano = newest("nano");
        WorkflowExecution paper = newest("paper");
        StartTemplates.seed(connection);
        assertThat(newest("nano")).isEqualTo(nano);

        forget("nano");
        StartTemplates.seed(connection);

        assertThat(template("nano").getResult(RunReport.class)).isNull();
        assertThat(newest("nano")).isNotEqualTo(nano);
        assertThat(newest("paper")).isEqualTo(paper);
    }

    private static void forget(String preset) throws InterruptedException {
        var _ = connection
                .stubs()
                .blockingStub()
                .deleteWorkflowExecution(DeleteWorkflowExecutionRequest.newBuilder()
                        .setNamespace("default")
                        .setWorkflowExecution(WorkflowExecution.newBuilder().setWorkflowId("template-" + preset))
                        .build());
        try {
            while (true) {
                newest(preset);
                Thread.sleep(50);
            }
        } catch (WorkflowNotFoundException e) {
            // The server has deleted it.
        }
    }

    @Test
    void theCommandsPageLinksToThemOnTheLocalStack() throws Exception {
        String page = Files.readString(Path.of("..", "docs", "commands.md"));
        assertThat(SettingsReader.presets())
                .allSatisfy(preset -> assertThat(page)
                        .contains("(%s)"
                                .formatted(
                                        StartTemplates.link(URI.create("http://127.0.0.1:8233"), "default", preset))));
    }
}

package spice.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import spice.checkpoints.Checkpoints;
import spice.checkpoints.WrittenLineage;
import spice.checkpoints.WrittenRun;
import spice.report.Report;
import spice.report.Standing;
import spice.runs.CheckpointRef;
import spice.store.BlobStore;
import spice.store.InMemoryBlobStore;
import spice.store.Json;

/// Synchronization with a real MLflow server, which is down while the first lineage commits three iterations.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MlflowTest {
    @RegisterExtension
    static final MlflowServer SERVER = new MlflowServer();

    private volatile Consumer<String> beforeCreate = _ -> {};
    private final BlobStore store = new InMemoryBlobStore() {
        @Override
        public boolean create(String name, byte[] content) {
            beforeCreate.accept(name);
            return super.create(name, content);
        }
    };
    private final CheckpointRef base = WrittenLineage.base(store);
    private final WrittenLineage mine = new WrittenLineage(store, "mine", "aaaaaaaaaaaa");
    private final MlflowSettings settings = new MlflowSettings(SERVER.address(), "spice", Optional.empty());
    private final MlflowClient client = new MlflowClient(settings);
    private volatile MlflowStatus standing = MlflowStatus.RUNNING;

    @BeforeAll
    void threeIterationsWhileItIsDown(@TempDir Path folder) throws Exception {
        mine.begin(base, base);
        WrittenLineage.answer(store, base, 0.3);
        for (int iteration = 1; iteration <= 3; iteration++) {
            commit(mine, iteration);
            assertThatExceptionOfType(MlflowException.class)
                    .isThrownBy(() -> sync().catchUp("mine"))
                    .withMessageContaining("cannot be reached");
        }
        SERVER.start(folder);
    }

    @AfterAll
    void stop() {
        client.close();
        SERVER.close();
    }

    private CheckpointRef commit(WrittenLineage lineage, int iteration) {
        lineage.record(iteration);
        return lineage.commit(iteration, lineage.corpus());
    }

    /// A worker's state after its start.
    private MlflowSync sync() {
        return sync(_ -> Optional.empty());
    }

    private MlflowSync sync(EndedRuns reports) {
        return new MlflowSync(store, "s3://spice", client, _ -> Optional.of(standing), reports, Clock.systemUTC());
    }

    private List<MlflowRun> runs(String lineage) {
        return client.runs(client.experiment(), "spice.lineage", lineage);
    }

    private static String value(JsonNode pairs, String key) {
        return StreamSupport.stream(pairs.spliterator(), false)
                .filter(pair -> pair.path("key").asText().equals(key))
                .map(pair -> pair.path("value").asText())
                .findFirst()
                .orElseThrow();
    }

    /// One long test, since each part needs the one before.
    @Test
    void aLineageIsToldOnceWhateverHappens() throws Exception {
        assertThat(sync().catchUp("mine")).isTrue();
        assertThat(runs("mine")).hasSize(1);
        String run = runs("mine").getFirst().id();
        assertThat(SERVER.steps(run, "iteration/passRate")).containsExactly(1, 2, 3);
        assertThat(SERVER.steps(run, "training/loss")).containsExactly(1, 2, 3);
        assertThat(SERVER.steps(run, "heldOut/greedyInterval/low")).containsExactly(0);
        JsonNode told = SERVER.run(run);
        assertThat(told.at("/info/status").asText()).isEqualTo("RUNNING");
        assertThat(value(told.at("/data/params"), "learningRate")).isNotEmpty();
        assertThat(value(told.at("/data/tags"), "spice.checkpoint"))
                .isEqualTo("checkpoints/mine/aaaaaaaaaaaa/00000003");
        assertThat(value(told.at("/data/metrics"), "iteration/passRate")).isEqualTo("0.3");

        // A worker was killed between writing the metrics and the tag.
        client.log(run, List.of(), Map.of(), Map.of("spice.iteration", "1"));
        CheckpointRef fourth = commit(mine, 4);
        WrittenLineage.answer(store, fourth, 0.9);
        sync().catchUp("mine");
        assertThat(runs("mine")).hasSize(1);
        assertThat(SERVER.steps(run, "iteration/passRate")).containsExactly(1, 2, 3, 4);
        assertThat(SERVER.steps(run, "heldOut/greedy")).containsExactly(0, 4);

        // The operator changes a setting: the line continues at its end, on another branch.
        WrittenLineage changed = new WrittenLineage(store, "mine", "bbbbbbbbbbbb");
        changed.begin(base, fourth);
        CheckpointRef fifth = commit(changed, 5);
        sync().catchUp("mine");
        assertThat(runs("mine")).hasSize(1);
        assertThat(SERVER.steps(run, "iteration/passRate")).containsExactly(1, 2, 3, 4, 5);

        // The run is reset and repeats the fifth iteration: the same step has other metrics.
        assertThat(fifth.iteration()).isEqualTo(5);
        WrittenLineage reset = new WrittenLineage(store, "mine", "cccccccccccc");
        reset.begin(base, fourth);
        commit(reset, 5);
        standing = MlflowStatus.FINISHED;
        assertThat(sync().catchUp("mine")).isFalse();
        assertThat(runs("mine")).hasSize(2);
        String other = runs("mine").stream()
                .map(MlflowRun::id)
                .filter(id -> !id.equals(run))
                .findFirst()
                .orElseThrow();
        assertThat(SERVER.steps(other, "iteration/passRate")).containsExactly(1, 2, 3, 4, 5);
        assertThat(SERVER.steps(run, "iteration/passRate")).containsExactly(1, 2, 3, 4, 5);
        assertThat(SERVER.run(other).at("/info/status").asText()).isEqualTo("FINISHED");
    }

    @Test
    void theReportOfARunThatHasEndedIsThere() throws Exception {
        WrittenRun written = new WrittenRun(store, "shown", "");
        written.begin();
        written.commit(1, written.corpus());
        EndedRuns reports = lineage -> {
            Report report = Report.of(
                    store,
                    "s3://spice",
                    lineage,
                    new Checkpoints(store).last(lineage),
                    Optional.of(Standing.ended("failed", Optional.of("ABORTED: enough"))),
                    Optional.empty());
            return Optional.of(new EndedRuns.Page(report.html(), report.put(store)));
        };
        standing = MlflowStatus.RUNNING;
        sync(reports).catchUp("shown");
        assertThat(tags("shown")).doesNotContainKey("spice.report");

        standing = MlflowStatus.FAILED;
        sync(reports).catchUp("shown");

        byte[] html = reports.report("shown").orElseThrow().html();
        String digest = Json.sha256(html);
        assertThat(tags("shown"))
                .containsEntry("spice.report", "s3://spice/blobs/%s/%s".formatted(digest.substring(0, 2), digest))
                .containsEntry("spice.reported", "0123456789ab/00000001 FAILED");
        assertThat(SERVER.artifact(runs("shown").getFirst().id(), "report.html"))
                .isEqualTo(html);
        sync(_ -> {
                    throw new AssertionError("it is told already");
                })
                .catchUp("shown");
    }

    private Map<String, String> tags(String lineage) {
        return runs(lineage).getFirst().tags();
    }

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await(1, TimeUnit.MINUTES);
        } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Both create a run before either can know of the other's.
    @Test
    void twoWorkersAgreeOnOneRun() throws Exception {
        WrittenLineage shared = new WrittenLineage(store, "shared", "dddddddddddd");
        shared.begin(base, base);
        commit(shared, 1);
        CyclicBarrier bothHaveMadeOne = new CyclicBarrier(2);
        AtomicInteger most = new AtomicInteger();
        beforeCreate = name -> {
            if (name.startsWith("mlflow/")) {
                meet(bothHaveMadeOne);
                most.accumulateAndGet(runs("shared").size(), Math::max);
            }
        };

        List<Thread> workers = IntStream.range(0, 2)
                .mapToObj(_ -> Thread.ofPlatform().start(() -> sync().catchUp("shared")))
                .toList();
        for (Thread worker : workers) {
            worker.join();
        }
        beforeCreate = _ -> {};

        assertThat(most).hasValue(2);
        assertThat(runs("shared")).hasSize(1);
        assertThat(SERVER.steps(runs("shared").getFirst().id(), "iteration/passRate"))
                .containsExactly(1);
    }
}

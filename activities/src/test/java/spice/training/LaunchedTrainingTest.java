package spice.training;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.temporal.failure.ApplicationFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import spice.activities.TrainerActivitiesImpl;
import spice.checkpoints.CheckpointManifest;
import spice.checkpoints.Checkpoints;
import spice.judging.Samples;
import spice.launcher.JobFailedException;
import spice.launcher.Launchers;
import spice.model.Devices;
import spice.model.TinyModel;
import spice.policies.Host;
import spice.runs.CheckpointRef;
import spice.runs.IterationRequest;
import spice.settings.RunSettings;
import spice.steps.SilentProgress;
import spice.steps.StepProgress;
import spice.steps.WorkerHeartbeats;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.InMemoryBlobStore;
import spice.store.Json;
import spice.store.ObjectKeys;
import spice.store.StoreException;
import spice.store.Stored;
import spice.store.s3.S3BlobStore;
import spice.store.s3.S3Location;
import spice.store.s3.S3ProxyProcess;

/// A training step as a job: of `torchrun` in two processes, with the shipped script and a real S3 server, and of a
/// shell for jobs that go wrong.
@Timeout(1800)
class LaunchedTrainingTest {
    private static final String SIX_UPDATES = "{\"updateBatch\": 4, \"microBatchTokens\": 60, \"clip\": 0.001%s}";
    private static final String ONE_UPDATE = "{\"updateBatch\": 100, \"microBatchTokens\": 60%s}";
    private static final String LAUNCHED = ", \"trainer\": \"torchrun\"";

    private static S3ProxyProcess server;

    @TempDir
    Path folder;

    private BlobStore store = new InMemoryBlobStore();
    private Path model;

    @BeforeAll
    static void startServer() throws Exception {
        server = S3ProxyProcess.shared();
    }

    @BeforeEach
    void createModel() {
        model = Steppable.model(folder.resolve("model"), TinyModel.config());
    }

    /// Records the progress, and ends the step at the first that begins with `last`.
    private static class Listener extends SilentProgress {
        private final List<String> said = new CopyOnWriteArrayList<>();
        private final String last;

        Listener(String last) {
            this.last = last;
        }

        @Override
        public void now(String what) {
            said.add(what);
            if (what.startsWith(last)) {
                throw new IllegalStateException("cancelled at " + what);
            }
        }
    }

    private static Listener listener() {
        return new Listener("never");
    }

    private TrainedState train(String settings, Launchers launchers, StepProgress progress) {
        return train(Steppable.iteration(store, model, Samples.settings(settings)), launchers, progress);
    }

    private TrainedState train(IterationRequest iteration, Launchers launchers, StepProgress progress) {
        BlobRef episodes = Steppable.episodes(store, 24, 20, TinyModel.config().vocabularySize());
        WorkerHeartbeats unused = new WorkerHeartbeats(null, WorkerHeartbeats.PATIENCE, () -> {});
        BlobRef state = new TrainerActivitiesImpl(
                        store, folder, unused, Optional.empty(), () -> launchers, Host.of(Devices.CPU))
                .train(iteration, episodes, progress)
                .state();
        return Json.read(store.get(state), TrainedState.class, "state");
    }

    private static Launchers shell(String script) {
        return new Launchers(Map.of("torchrun", List.of("/bin/sh", "-c", script, "job")), "spice", Map.of());
    }

    // ---- With Python ----

    /// Launches on a bucket of the real server, which becomes the store.
    private Launchers torchrun(String bucket, String script) {
        S3Location location = server.bucket(bucket);
        store = S3BlobStore.open(location);
        return new Launchers(
                Map.of(
                        "torchrun",
                        List.of(
                                TorchPython.program(),
                                "-m",
                                "torch.distributed.run",
                                "--standalone",
                                "--nproc-per-node",
                                "2",
                                script)),
                bucket,
                location.variables());
    }

    private static String shipped() {
        return Path.of("..", "infra", "launcher", "train.py")
                .toAbsolutePath()
                .normalize()
                .toString();
    }

    private static void assertClose(Optional<Double> launched, Optional<Double> own) {
        assertThat(launched.orElseThrow()).isCloseTo(own.orElseThrow(), within(1e-5));
    }

    private void assertSame(TrainedState launched, TrainedState own) throws Exception {
        assertThat(launched.updates()).isEqualTo(own.updates());
        assertThat(launched.metrics().updates()).isEqualTo(own.metrics().updates());
        assertThat(launched.metrics().tokens()).isEqualTo(own.metrics().tokens());
        assertThat(launched.metrics().learningRate()).isEqualTo(own.metrics().learningRate());
        assertClose(launched.metrics().loss(), own.metrics().loss());
        assertClose(launched.metrics().gradientNorm(), own.metrics().gradientNorm());
        assertClose(launched.metrics().entropy(), own.metrics().entropy());
        assertThat(launched.metrics().clipShare()).isEqualTo(own.metrics().clipShare());
        assertThat(launched.metrics().truncatedShare()).isEqualTo(own.metrics().truncatedShare());
        assertClose(launched.metrics().samplerLearnerDifference(), own.metrics().samplerLearnerDifference());
        assertThat(launched.files().keySet()).isEqualTo(own.files().keySet());
        assertClose(launched.files().get("model.safetensors"), own.files().get("model.safetensors"));
        assertClose(launched.optimizer().orElseThrow(), own.optimizer().orElseThrow());
    }

    private void assertClose(BlobRef found, BlobRef expected) throws Exception {
        Map<String, float[]> ours = FloatTensors.read(store.get(expected));
        Map<String, float[]> theirs = FloatTensors.read(store.get(found));
        assertThat(theirs.keySet()).isEqualTo(ours.keySet());
        ours.forEach((name, values) -> assertThat(theirs.get(name)).as(name).containsExactly(values, within(1e-5f)));
    }

    /// The iteration that continues from a step's result.
    private IterationRequest after(TrainedState state, RunSettings settings) {
        IterationRequest first = Steppable.iteration(store, model, settings);
        CheckpointManifest base = new Checkpoints(store).manifest(first.policy());
        CheckpointRef next = new Checkpoints(store)
                .commit(new CheckpointManifest(
                        base.format(),
                        "line",
                        "branch",
                        1,
                        Optional.of(first.policy().manifest()),
                        state.files(),
                        state.optimizer(),
                        state.updates(),
                        0,
                        Optional.empty(),
                        List.of(),
                        Optional.empty(),
                        base.grounding(),
                        "",
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()));
        return new IterationRequest(settings, first.run(), 2, next, List.of(), Optional.empty());
    }

    @Test
    void twoProcessesLearnWhatTheWorkerItselfWould() throws Exception {
        Launchers launchers = torchrun("equal", shipped());
        Listener listener = listener();
        TrainedState launched = train(ONE_UPDATE.formatted(LAUNCHED), launchers, listener);
        assertSame(launched, train(ONE_UPDATE.formatted(""), launchers, listener()));
        assertThat(listener.said).contains("update 1 of 1", "writing the result");
    }

    /// The shipped script, changed so that its second process kills itself once, within the third update, if `mark`
    /// exists.
    private Path dying(Path mark) throws Exception {
        return Files.writeString(folder.resolve("dying.py"), """
                import os, runpy, signal, sys
                import torch.distributed as dist

                all_reduce = dist.all_reduce
                updates = []

                def counted(tensor):
                    if tensor.numel() == 6 and tensor.dim() == 1:
                        updates.append(1)
                    if len(updates) == 3 and dist.get_rank() == 1 and os.path.exists(%1$s):
                        os.remove(%1$s)
                        os.kill(os.getpid(), signal.SIGKILL)
                    return all_reduce(tensor)

                dist.all_reduce = counted
                runpy.run_path(%2$s, run_name="__main__")
                """.formatted(
                Json.mapper().writeValueAsString(mark.toString()), Json.mapper().writeValueAsString(shipped())));
    }

    /// Starts with the moments of an earlier update; some ratios are clipped.
    @Test
    void oneOfTwoProcessesIsKilledInTheMiddleAndTheRetryGivesTheSame() throws Exception {
        Path mark = Files.createFile(folder.resolve("mark"));
        Launchers launchers = torchrun("killed", dying(mark).toString());
        TrainedState before = train(ONE_UPDATE.formatted(""), launchers, listener());
        IterationRequest own = after(before, Samples.settings(SIX_UPDATES.formatted("")));
        IterationRequest launched = after(before, Samples.settings(SIX_UPDATES.formatted(LAUNCHED)));
        TrainedState expected = train(own, launchers, listener());
        assertThat(expected.metrics().clipShare().orElseThrow()).isGreaterThan(0.1);

        assertThatThrownBy(() -> train(launched, launchers, listener()))
                .isInstanceOf(JobFailedException.class)
                .hasMessageStartingWith("the job of launcher torchrun ended with exit code 1 at \"")
                .hasMessageContaining("Signal 9 (SIGKILL)")
                .message()
                .hasLineCount(1);
        assertThat(mark).doesNotExist();
        assertThat(store.list("snapshots/")).isEmpty();

        // This time the worker dies after the job has ended: the next worker starts no job.
        assertThatThrownBy(() -> train(launched, launchers, new Listener("checking the result")))
                .hasMessageContaining("cancelled");
        Listener listener = listener();
        assertSame(train(launched, shell("exit 1"), listener), expected);
        assertThat(listener.said).noneMatch(said -> said.startsWith("starting"));
    }

    // ---- Without Python ----

    @Test
    void aLauncherThatTheWorkerDoesNotHaveIsNamedWithThoseThatItHas() {
        Launchers others = new Launchers(Map.of("b", List.of("true"), "a", List.of("true")), "spice", Map.of());
        assertThatThrownBy(() -> train(ONE_UPDATE.formatted(LAUNCHED), others, listener()))
                .isInstanceOfSatisfying(ApplicationFailure.class, failure -> {
                    assertThat(failure.getType()).isEqualTo("LAUNCHER_UNKNOWN");
                    assertThat(failure.isNonRetryable()).isTrue();
                    assertThat(failure.getOriginalMessage())
                            .contains("there is no launcher torchrun", "[a, b]", "--launchers FILE");
                });
    }

    @Test
    void aJobThatFailsIsOneLineWithItsExitCodeAndItsLastWords() {
        Launchers launchers = shell("""
                echo 'spice: update 2 of 6'
                echo 'Traceback:' >&2
                echo '=========' >&2
                echo 'no memory on device 3' >&2
                exit 9
                """);
        Listener listener = listener();
        assertThatThrownBy(() -> train(SIX_UPDATES.formatted(LAUNCHED), launchers, listener))
                .isInstanceOf(JobFailedException.class)
                .hasMessage("the job of launcher torchrun ended with exit code 9 at \"update 2 of 6\": "
                        + "Traceback: | no memory on device 3");
        assertThat(listener.said).contains("update 2 of 6");
    }

    @Test
    void aProgramThatIsNotThereIsNamed() {
        Launchers launchers = new Launchers(Map.of("torchrun", List.of("/nowhere/torchrun")), "spice", Map.of());
        assertThatThrownBy(() -> train(ONE_UPDATE.formatted(LAUNCHED), launchers, listener()))
                .isInstanceOf(JobFailedException.class)
                .hasMessageContaining("/nowhere/torchrun");
    }

    @Test
    void aJobThatEndsWithoutAResultHasFailed() {
        assertThatThrownBy(() -> train(ONE_UPDATE.formatted(LAUNCHED), shell("true"), listener()))
                .isInstanceOf(JobFailedException.class)
                .hasMessage("the result of launcher torchrun's job cannot be used: it ended without one");
    }

    /// The message that refuses a result with these fields, of a job that ended with exit code 0.
    private String refusalOf(String result) {
        InMemoryBlobStore memory = new InMemoryBlobStore();
        store = memory;
        memory.put("wrong".getBytes(UTF_8));
        Listener puts = new Listener("starting launcher") {
            @Override
            public void now(String what) {
                if (what.startsWith("starting launcher")) {
                    JsonNode job = job(memory);
                    memory.create(
                            job.path("result").asText().substring(ObjectKeys.RECORDS.length()),
                            "{\"format\": 1, %s}"
                                    .formatted(result.replace("$JOB", Json.digest(job)))
                                    .getBytes(UTF_8));
                }
            }
        };
        Throwable refusal = catchThrowable(() -> train(ONE_UPDATE.formatted(LAUNCHED), shell("true"), puts));
        assertThat(refusal).isInstanceOfAny(JobFailedException.class, StoreException.class, ApplicationFailure.class);
        return String.valueOf(refusal.getMessage());
    }

    /// The job that was put into the store.
    private static JsonNode job(InMemoryBlobStore memory) {
        return memory.list().objects().stream()
                .filter(object -> object.content() instanceof Stored.Blob)
                .map(object -> memory.read(object).orElseThrow())
                .filter(content -> content[0] == '{')
                .map(content -> Json.read(content, JsonNode.class, "a blob"))
                .filter(json -> json.has("learningRates"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aResultThatIsNotWholeIsNotTaken() {
        String reports = """
                "reports": [{"loss": 1, "gradientNorm": 1, "clipShare": 0, "truncatedShare": 0, "entropy": 1,
                 "samplerLearnerDifference": 0, "tokens": 1}]""";
        String missing = "{\"sha256\": \"%s\", \"bytes\": 5}".formatted("0".repeat(64));
        String wrong = "{\"sha256\": \"%s\", \"bytes\": 5}".formatted(Json.sha256("wrong".getBytes(UTF_8)));

        assertThat(refusalOf("\"job\": \"of-another\"")).contains("it is of another job, of-another");
        assertThat(refusalOf("\"job\": \"$JOB\"")).contains("it reports 0 updates of 1");
        assertThat(refusalOf("\"job\": \"$JOB\", " + reports)).contains("it has no optimizer");
        String optimizer = "\"job\": \"$JOB\", %s, \"optimizer\": %s".formatted(reports, wrong);
        assertThat(refusalOf(optimizer)).contains("model.safetensors is missing");
        assertThat(refusalOf("%s, \"files\": {\"x.py\": %s}".formatted(optimizer, wrong)))
                .contains("x.py is no file of weights");
        assertThat(refusalOf("%s, \"files\": {\"model.safetensors\": %s}".formatted(optimizer, missing)))
                .contains("no blob 0000");
        assertThat(refusalOf("%s, \"files\": {\"model.safetensors\": %s}".formatted(optimizer, wrong)))
                .contains("model.safetensors is damaged");
        assertThat(refusalOf("\"job\": \"$JOB\", \"diverged\": \"the norm is NaN\""))
                .contains("the norm is NaN (learningRate is 3.0E-4)");
    }

    @Test
    void aResultThatCannotBeUsedIsNotInTheWayOfTheNext() {
        InMemoryBlobStore memory = new InMemoryBlobStore();
        store = memory;
        Launchers launchers = shell("echo \"spice: $1\"");
        List<String> results = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            Listener listener = new Listener("s3://") {
                @Override
                public void now(String what) {
                    if (what.startsWith("s3://spice/blobs/")) {
                        String result = memory.list().objects().stream()
                                .filter(object -> what.endsWith(object.key()))
                                .map(object -> Json.read(memory.read(object).orElseThrow(), JsonNode.class, "a job"))
                                .map(job -> job.path("result").asText())
                                .findFirst()
                                .orElseThrow();
                        results.add(result);
                        memory.create(result.substring(ObjectKeys.RECORDS.length()), "{}".getBytes(UTF_8));
                    }
                }
            };
            assertThatThrownBy(() -> train(ONE_UPDATE.formatted(LAUNCHED), launchers, listener))
                    .isInstanceOf(JobFailedException.class)
                    .hasMessageContaining("it has format 0, and 1 is known here");
        }
        assertThat(results).hasSize(2);
        assertThat(results.get(0)).matches("records/snapshots/launched/v3/[0-9a-f]{64}/00000000");
        assertThat(results.get(1)).isEqualTo(results.get(0).replaceFirst("0$", "1"));
    }

    private static boolean runs(String pid) {
        try {
            return !Files.readString(Path.of("/proc", pid, "status")).contains("State:\tZ");
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void aStepThatIsNotWantedAnyMoreEndsAllProcessesOfItsJob() {
        Launchers launchers = shell("""
                # As torchrun does with what it starts: a session of its own.
                setsid sh -c 'trap "" TERM; while :; do sleep 1; done' &
                echo "spice: started $! $$"
                wait
                """);
        Listener listener = new Listener("started");
        assertThatThrownBy(() -> train(ONE_UPDATE.formatted(LAUNCHED), launchers, listener))
                .hasMessageContaining("cancelled at started");
        String[] words = listener.said.getLast().split(" ");
        assertThat(List.of(words[1], words[2])).noneMatch(LaunchedTrainingTest::runs);
    }
}

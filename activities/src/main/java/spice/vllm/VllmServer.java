package spice.vllm;

import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import spice.model.Pulse;
import spice.model.StoredType;

/// A vLLM server, which serves one checkpoint at a time. A caller that samples keeps its checkpoint loaded until it
/// is done; callers that need another checkpoint wait for their turn.
///
/// The weights of the server are always verified. After a reload its tensors are compared with the checkpoint's,
/// and the server gets a secret mark that it forgets when it ends. Samples count only if the mark is still there
/// afterwards; otherwise the server was restarted, or reloaded by another process, in between.
final class VllmServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(VllmServer.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    /// How often in a row one sampling may be spoiled by a restart or a reload.
    private static final int ROUNDS = 3;

    private final VllmSettings settings;
    private final VllmClient client;
    private final ServerFolder folder;
    private final ReentrantReadWriteLock turns = new ReentrantReadWriteLock(true);
    private volatile Optional<Served> served = Optional.empty();

    /// What the server is known to hold.
    ///
    /// @param weights [FetchedCheckpoint#weights] of the checkpoint
    /// @param mark the mark that was set for it
    /// @param model the server's name for the model
    private record Served(String weights, String mark, String model, HeldWeights held) {}

    private VllmServer(VllmSettings settings, VllmClient client, ServerFolder folder) {
        this.settings = settings;
        this.client = client;
        this.folder = folder;
    }

    /// Locks the server's folder. If the server does not answer yet, the first caller that needs it waits for it.
    ///
    /// @throws VllmUnusable if the folder or the server cannot be used
    static VllmServer open(VllmSettings settings) {
        return open(settings, PAUSE);
    }

    /// @param pause before a failed call is repeated, see [VllmClient]
    static VllmServer open(VllmSettings settings, Duration pause) {
        ServerFolder folder = ServerFolder.take(settings.folder());
        VllmServer server = new VllmServer(settings, new VllmClient(settings, pause), folder);
        try {
            server.started();
        } catch (VllmTrouble e) {
            log.warn("{}; steps that sample will wait for it", e.getMessage());
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
        return server;
    }

    VllmClient client() {
        return client;
    }

    VllmSettings settings() {
        return settings;
    }

    /// Does work while the checkpoint is loaded, and repeats it if the checkpoint turns out to have been unloaded.
    ///
    /// @param work gets the server's name for the model
    /// @throws VllmTrouble if the server does not answer, or does not keep the checkpoint
    /// @throws VllmUnusable if it cannot serve the checkpoint
    <T> T serving(FetchedCheckpoint checkpoint, Pulse pulse, Function<String, T> work) {
        for (int round = 1; round <= ROUNDS; round++) {
            Served now = enter(checkpoint, pulse);
            try {
                T result = work.apply(now.model());
                if (client.mark().equals(now.mark())) {
                    return result;
                }
                log.warn("{} was started or reloaded by another while it sampled; it is asked again", settings);
                forget(now);
            } catch (VllmTrouble e) {
                forget(now);
                throw e;
            } finally {
                turns.readLock().unlock();
            }
        }
        throw new VllmTrouble(
                "vLLM at %s was started or reloaded by another %d times while it sampled; is %s the only worker that uses it?"
                        .formatted(settings.server(), ROUNDS, settings.folder()));
    }

    /// Loads the checkpoint if necessary. Returns with the read lock held, under which no other one is loaded.
    private Served enter(FetchedCheckpoint checkpoint, Pulse pulse) {
        await(turns.readLock(), pulse);
        Optional<Served> found = serves(checkpoint);
        if (found.isPresent()) {
            return found.get();
        }
        turns.readLock().unlock();
        await(turns.writeLock(), pulse);
        try {
            Served now = serves(checkpoint).orElseGet(() -> load(checkpoint));
            turns.readLock().lock();
            return now;
        } finally {
            turns.writeLock().unlock();
        }
    }

    private Optional<Served> serves(FetchedCheckpoint checkpoint) {
        return served.filter(now -> now.weights().equals(checkpoint.weights()));
    }

    private static void await(Lock lock, Pulse pulse) {
        try {
            do {
                pulse.beat();
            } while (!lock.tryLock(1, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted while another checkpoint was served");
        }
    }

    private synchronized void forget(Served lost) {
        served = served.filter(now -> !now.equals(lost));
    }

    private Served load(FetchedCheckpoint checkpoint) {
        Optional<Served> last = served;
        served = Optional.empty();
        VllmClient.Start start = started();
        HeldWeights before = new HeldWeights(client.digests());
        if (before.areHidden()) {
            throw new VllmUnusable(
                    "vLLM at %s computes with weights that it does not show and does not reload, as its build for the CPU does; use one for a GPU, or what infra/vllm/install makes"
                            .formatted(settings.server()));
        }
        folder.put(checkpoint.served());
        client.reload();
        HeldWeights after = new HeldWeights(client.digests());
        boolean wereOthers = last.filter(known -> known.held().equals(before)).isPresent();
        StoredType type = after.typeOf(
                        CheckpointTensors.of(checkpoint.served()), wereOthers ? Optional.of(before) : Optional.empty())
                .orElseThrow(() -> new VllmUnusable(
                        "vLLM at %s does not hold the weights that were written to %s for %s, though it says that it has reloaded them. Start it anew on that folder, without quantization"
                                .formatted(settings.server(), settings.folder(), checkpoint.name())));
        if (checkpoint.merged() && type != StoredType.F32) {
            throw new VllmUnusable(
                    "vLLM at %s rounds weights to %s, which loses most of what the adapter of %s has learned; start it with --dtype float32, or learn all weights (loraRank=0)"
                            .formatted(settings.server(), type, checkpoint.name()));
        }
        String mark = "spice-" + UUID.randomUUID();
        client.mark(mark);
        Served now = new Served(checkpoint.weights(), mark, start.name(), after);
        served = Optional.of(now);
        log.info("{} serves {}", settings, checkpoint.name());
        return now;
    }

    /// How the server was started.
    ///
    /// @throws VllmUnusable if it reads another folder, or gives other log-probabilities than needed
    private VllmClient.Start started() {
        VllmClient.Start start = client.start();
        if (!start.folder().equals(settings.folder().toString())) {
            throw new VllmUnusable("vLLM at %s serves %s; start it on %s, by the same path"
                    .formatted(settings.server(), start.folder(), settings.folder()));
        }
        if (!start.logProbsMode().equals("processed_logprobs")) {
            throw new VllmUnusable(
                    "vLLM at %s gives log-probabilities from before the temperature (%s); start it with --logprobs-mode processed_logprobs"
                            .formatted(settings.server(), start.logProbsMode()));
        }
        return start;
    }

    @Override
    public void close() {
        client.close();
        folder.close();
    }
}

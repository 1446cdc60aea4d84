package spice.settings;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/// Everything a run is told. A person writes any part of it as a JSON object; [SettingsReader] fills the rest
/// from a preset and checks all of it. The record is flat, so that the object in the Web UI's start form stays one
/// level deep; [SettingGroup] gives the printed tables their headings.
///
/// Letters in brackets are the paper's (SPICE §3.1, Algorithm 1).
public record RunSettings(
        @SettingGroup("The run")
        @Setting(
                "which preset fills what is left out: nano, own (for a model of your own), paper; where none is named, own if "
                        + "`model` is another than nano")
        String preset,

        @Setting("where to start: base (the model as given), last (the lineage's last checkpoint), last-or-base, or "
                + "another lineage's checkpoint as LINEAGE@ITERATION")
        String startFrom,

        @Setting("documents to learn from: a corpus name the workers were started with, with a folder below it")
        String corpus,

        @Setting("held-out questions (JSON lines in a corpus; the preset's come with the preset's corpus only); empty: "
                + "a tenth of the documents is held back, and the first Challenger poses on them")
        String heldOut,

        @Setting("field of the corpus's JSON lines that holds their text")
        String textField,

        @Setting("base model: a folder below the workers' models folder, or one that `spice run --model` has stored")
        String model,

        @Setting("how the model is asked: nano (ledger lines) or json (the paper's two-stage prompts)")
        RoleStyle roles,

        @Setting("every draw of the run follows from this number")
        long seed,

        @Setting(value = "iterations to run [T]", min = 0, max = 1_000_000)
        int iterations,

        @SettingGroup("Tasks") @Setting(value = "documents drawn for an iteration [B]", min = 1, max = 100_000)
        int documentsPerIteration,

        @Setting(value = "longest passage shown to the Challenger, in tokens", min = 8, max = 1_000_000)
        int passageTokens,

        @Setting(value = "tasks kept of a document: the Challenger's group [G]", min = 2, max = 1024)
        int groupSize,

        @Setting(value = "most tasks posed on a document while none is valid [N]", min = 2, max = 100_000)
        int challengerAttempts,

        @Setting(value = "answers sampled for a task: the Reasoner's group [K]", min = 2, max = 1024)
        int reasonerAttempts,

        @Setting("who picks a task's kind: model, or drawn by the run")
        KindChoice kinds,

        @SettingGroup("Sampling") @Setting(value = "sampling temperature of both roles", min = 0.01, max = 10)
        double temperature,

        @Setting(value = "only so many of the most likely tokens are drawn; 0: all", min = 0, max = 10_000_000)
        int topK,

        @Setting(
                value = "only the most likely tokens that together have this probability are drawn; 1: all",
                min = 0.000001,
                max = 1)
        double topP,

        @Setting(
                value = "only tokens at least this likely, relative to the most likely one, are drawn; 0: all",
                min = 0,
                max = 1)
        double minP,

        @Setting(value = "longest reply of the Challenger, in tokens a turn", min = 1, max = 1_000_000)
        int challengerTokens,

        @Setting(value = "longest reply of the Reasoner, in tokens", min = 1, max = 1_000_000)
        int reasonerTokens,

        @Setting(
                value = "most tokens, of prompts and replies, that a shard keeps in memory at a time; 0: all. Changes "
                        + "memory, and results by rounding only",
                min = 0,
                max = 100_000_000)
        int sampleTokens,

        @SettingGroup("Learning: DrGRPO") @Setting(value = "learning rate after warm-up", min = 0, max = 1)
        double learningRate,

        @Setting(value = "gradient updates over which the learning rate rises to its value", min = 0, max = 1_000_000)
        int warmUpUpdates,

        @Setting(value = "trajectories in a gradient update", min = 1, max = 10_000_000)
        int updateBatch,

        @Setting(value = "constant divisor of a sequence's loss, in tokens", min = 1, max = 10_000_000)
        double lossDivisor,

        @Setting(value = "clip of the probability ratio: 1 - c to 1 + c", min = 0.001, max = 0.999)
        double clip,

        @Setting(value = "upper bound of the sampler's importance weight", min = 0.1, max = 1000)
        double truncation,

        @Setting(value = "largest gradient norm", min = 0.000001, max = 1_000_000)
        double maxGradientNorm,

        @Setting(value = "Adam's decay of the first moment", min = 0, max = 0.999999)
        double beta1,

        @Setting(value = "Adam's decay of the second moment", min = 0, max = 0.999999)
        double beta2,

        @Setting(value = "decoupled weight decay", min = 0, max = 1)
        double weightDecay,

        @SettingGroup("Trainer, precision and adapters")
        @Setting(value = "padded tokens in a micro-batch; changes memory, not results", min = 8, max = 100_000_000)
        int microBatchTokens,

        @Setting("who trains: own (the worker itself), or the name of a launcher that the workers were started with")
        String trainer,

        @Setting(
                "numbers that the model computes with: float32, or bfloat16 beside a float32 master copy of the weights")
        Dtype dtype,

        @Setting(
                "none, or layers: each layer is computed a second time on the way back, which takes less memory and more "
                        + "time, and changes no result")
        Recompute recompute,

        @Setting(
                value = "rank of the adapters (LoRA) that learn in the weights' place; 0: all weights learn",
                min = 0,
                max = 4096)
        int loraRank,

        @Setting(value = "what the adapters' product is multiplied by, times their rank", min = 0.001, max = 1_000_000)
        double loraAlpha,

        @Setting(
                "matrices with adapters: all, or some of q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj, "
                        + "with commas")
        String loraTargets,

        @SettingGroup("Controls") @Setting("trained, or fixed: the base poses all tasks and only the Reasoner learns")
        ChallengerMode challenger,

        @Setting("drawn from the corpus, or none: the Challenger invents tasks and answers")
        DocumentsMode documents,

        @Setting("none, or shuffled-rewards: rewards permuted over the whole batch")
        Control control,

        @SettingGroup("Evaluation")
        @Setting(value = "iterations between evaluations on the held-out set; 0: only first and last", min = 0)
        int evaluateEvery,

        @Setting(value = "samples of a held-out question at temperature 1", min = 1, max = 4096)
        int heldOutAttempts,

        @Setting(value = "k of the base's pass@k on the held-out set; 0: not measured", min = 0, max = 4096)
        int passAt,

        @Setting(value = "documents on which first and last Challenger and Reasoner are crossed; 0: not", min = 0)
        int coEvolutionDocuments,

        @SettingGroup("Sharing the work")
        @Setting(value = "documents in a shard of posing, the unit of naming, seeding and repetition", min = 1)
        int poseShardDocuments,

        @Setting(value = "tasks in a shard of answering", min = 1)
        int attemptShardTasks,

        @Setting(value = "workers that pose at the same time", min = 1, max = 64)
        int poseLanes,

        @Setting(value = "workers that answer at the same time", min = 1, max = 64)
        int attemptLanes,

        @Setting(value = "threads of a training step; part of what the result depends on", min = 1, max = 1024)
        int trainThreads,

        @SettingGroup("Patience")
        @Setting(value = "a worker that is silent for so long is taken for dead, in seconds", min = 3, max = 3600)
        int heartbeatSeconds,

        @Setting(
                value = "no iteration begins later than so many hours after the run's start; 0: no limit",
                min = 0,
                max = 8760)
        double maxHours,

        @Setting(
                value =
                        "so many hours after the run's start a failed iteration waits no longer for a person; 0: for ever",
                min = 0,
                max = 8760)
        double attentionHours,

        @SettingGroup("Disk")
        @Setting(
                value =
                        "newest checkpoints of the lineage that keep weights and optimizer; the run retires older ones once "
                                + "they are an hour old, except pinned ones and the best; 0: all keep them",
                min = 0,
                max = 1_000_000)
        int keepLast,

        @Setting(
                value = "with keepLast: each Nth iteration keeps its weights and optimizer too; 0: none",
                min = 0,
                max = 1_000_000)
        int keepEvery) {
    /// The trainer that is the worker itself.
    public static final String OWN_TRAINER = "own";

    /// The usual field of a JSON line that holds its text.
    public static final String TEXT_FIELD = "text";

    private static final double LORA_ALPHA = 32;
    private static final String ALL_MATRICES = "all";

    /// The names of all matrices that can have adapters.
    public static final List<String> MATRICES =
            List.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj");

    public RunSettings {
        // Older histories and records lack these fields, which then read as 0 or null.
        textField = requireNonNullElse(textField, TEXT_FIELD);
        topP = topP == 0 ? 1 : topP;
        trainer = requireNonNullElse(trainer, OWN_TRAINER);
        dtype = requireNonNullElse(dtype, Dtype.FLOAT32);
        recompute = requireNonNullElse(recompute, Recompute.NONE);
        loraAlpha = loraAlpha == 0 ? LORA_ALPHA : loraAlpha;
        loraTargets = requireNonNullElse(loraTargets, ALL_MATRICES);
    }

    /// The names of the matrices that get adapters.
    public List<String> adaptedMatrices() {
        return loraTargets.equals(ALL_MATRICES) ? MATRICES : List.of(loraTargets.split(","));
    }

    public enum RoleStyle {
        @JsonProperty("nano")
        NANO,
        @JsonProperty("json")
        JSON
    }

    public enum KindChoice {
        @JsonProperty("model")
        MODEL,
        @JsonProperty("drawn")
        DRAWN
    }

    public enum Dtype {
        @JsonProperty("float32")
        FLOAT32,
        @JsonProperty("bfloat16")
        BFLOAT16
    }

    public enum Recompute {
        @JsonProperty("none")
        NONE,
        @JsonProperty("layers")
        LAYERS
    }

    public enum ChallengerMode {
        @JsonProperty("trained")
        TRAINED,
        @JsonProperty("fixed")
        FIXED
    }

    public enum DocumentsMode {
        @JsonProperty("drawn")
        DRAWN,
        @JsonProperty("none")
        NONE
    }

    public enum Control {
        @JsonProperty("none")
        NONE,
        @JsonProperty("shuffled-rewards")
        SHUFFLED_REWARDS
    }
}

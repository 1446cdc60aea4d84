package spice.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.types.DataType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class LoraTest {
    private static final ModelConfig CONFIG = TinyModel.config();
    private static final LossSettings LOSS = new LossSettings(0.2, 2, 5, 0.8);
    private static final Lora ALL = new Lora(3, 6, EnumSet.allOf(AdaptedMatrix.class), 1);
    private static final Lora SOME = new Lora(2, 1, Set.of(AdaptedMatrix.V_PROJ, AdaptedMatrix.DOWN_PROJ), 1);

    @TempDir
    Path folder;

    private Path base;

    @BeforeEach
    void create() {
        base = TinyModel.create(folder.resolve("base"), CONFIG, 1);
    }

    private static LearnerSettings settings(Dtype dtype, Optional<Lora> lora) {
        return new LearnerSettings(2, 60, 0.9, 0.95, 1e-8, 0, 1, dtype, false, lora);
    }

    private static Learner open(Path model, Lora lora) {
        return TinyModel.learner(model, settings(Dtype.FLOAT32, Optional.of(lora)));
    }

    @Test
    void aFreshAdapterChangesNothing() {
        List<Trajectory> batch = Gradients.batch(CONFIG, 1);
        try (Learner plain = TinyModel.learner(base, settings(Dtype.FLOAT32, Optional.empty()));
                Learner adapted = open(base, ALL)) {
            assertThat(adapted.logProbs(batch, 1)).isDeepEqualTo(plain.logProbs(batch, 1));
        }
    }

    static Stream<Lora> loras() {
        return Stream.of(ALL, SOME);
    }

    /// If the loss has the gradient G by W + s B A, then its gradient by A is s B^T G and that by B is s G A^T.
    @ParameterizedTest
    @MethodSource("loras")
    void theGradientsAreThoseOfTheMergedWeightsByTheChainRule(Lora lora) {
        Map<String, HostTensor> weights = TinyModel.weights(CONFIG, 1);
        Map<String, HostTensor> adapter = lively(lora);
        Map<String, double[]> ofMerged =
                Gradients.of(CONFIG, merged(weights, adapter, lora), DataType.FLOAT64, false, 4096, Optional.empty());
        Map<String, double[]> found = Gradients.of(
                CONFIG, weights, DataType.FLOAT64, false, 4096, Optional.of(new Decoder.Adapted(lora, adapter)));

        assertThat(found).hasSize(2 * CONFIG.layers() * lora.targets().size());
        for (int layer = 0; layer < CONFIG.layers(); layer++) {
            for (AdaptedMatrix matrix : lora.targets()) {
                String weight = matrix.place(layer) + ".weight";
                HostTensor a = adapter.get(name(matrix, layer, "A"));
                HostTensor b = adapter.get(name(matrix, layer, "B"));
                double[] g = ofMerged.get(weight);
                int in = (int) a.shape()[1];
                int out = (int) b.shape()[0];
                double[] onA = new double[lora.rank() * in];
                double[] onB = new double[out * lora.rank()];
                for (int o = 0; o < out; o++) {
                    for (int r = 0; r < lora.rank(); r++) {
                        for (int i = 0; i < in; i++) {
                            onA[r * in + i] += lora.scale() * b.values()[o * lora.rank() + r] * g[o * in + i];
                            onB[o * lora.rank() + r] += lora.scale() * g[o * in + i] * a.values()[r * in + i];
                        }
                    }
                }
                assertThat(found.get(name(matrix, layer, "A"))).as(weight).containsExactly(onA, within(1e-6));
                assertThat(found.get(name(matrix, layer, "B"))).as(weight).containsExactly(onB, within(1e-6));
            }
        }
    }

    private static String name(AdaptedMatrix matrix, int layer, String factor) {
        return "base_model.model.%s.lora_%s.weight".formatted(matrix.place(layer), factor);
    }

    /// An adapter in the middle of learning, with neither factor zero.
    private static Map<String, HostTensor> lively(Lora lora) {
        Random random = new Random(5);
        Map<String, HostTensor> values = new LinkedHashMap<>();
        Adapters.table(CONFIG, lora).forEach((name, shape) -> {
            float[] numbers = new float[(int) HostTensor.size(shape)];
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = (float) (0.3 * random.nextGaussian());
            }
            values.put(name, new HostTensor(shape, numbers));
        });
        return values;
    }

    private static Map<String, HostTensor> merged(
            Map<String, HostTensor> weights, Map<String, HostTensor> adapter, Lora lora) {
        Map<String, HostTensor> merged = new LinkedHashMap<>(weights);
        for (int layer = 0; layer < CONFIG.layers(); layer++) {
            for (AdaptedMatrix matrix : lora.targets()) {
                HostTensor a = adapter.get(name(matrix, layer, "A"));
                HostTensor b = adapter.get(name(matrix, layer, "B"));
                HostTensor weight = weights.get(matrix.place(layer) + ".weight");
                float[] values = weight.values().clone();
                int in = (int) a.shape()[1];
                for (int i = 0; i < values.length; i++) {
                    double product = 0;
                    for (int r = 0; r < lora.rank(); r++) {
                        product += b.values()[i / in * lora.rank() + r] * a.values()[r * in + i % in];
                    }
                    values[i] = (float) (values[i] + lora.scale() * product);
                }
                merged.put(matrix.place(layer) + ".weight", new HostTensor(weight.shape(), values));
            }
        }
        return merged;
    }

    @ParameterizedTest
    @EnumSource(Dtype.class)
    void recomputedLayersGiveTheSameGradientsBitForBit(Dtype dtype) {
        Decoder.Adapted adapted = new Decoder.Adapted(SOME, lively(SOME));
        Map<String, HostTensor> weights = TinyModel.weights(CONFIG, 1);
        Map<String, double[]> kept = Gradients.of(CONFIG, weights, dtype.type(), false, 30, Optional.of(adapted));
        Map<String, double[]> recomputed = Gradients.of(CONFIG, weights, dtype.type(), true, 30, Optional.of(adapted));

        kept.forEach(
                (name, gradient) -> assertThat(recomputed.get(name)).as(name).containsExactly(gradient));
    }

    @Test
    void sixSequencesAreLearnedByHeart() {
        List<Trajectory> batch = Gradients.batch(CONFIG, 1);
        try (Learner learner = open(base, new Lora(16, 32, EnumSet.allOf(AdaptedMatrix.class), 1))) {
            double first = learner.imitate(batch, 1e-2);
            double loss = first;
            for (int i = 0; i < 300 && loss >= 0.3; i++) {
                loss = learner.imitate(batch, 1e-2);
            }
            assertThat(loss).isLessThan(0.3).isLessThan(first / 5);
        }
    }

    /// The base is the same file in every checkpoint; the adapter is float32 whatever the weights are.
    @ParameterizedTest
    @EnumSource(Dtype.class)
    void aCheckpointHoldsTheBaseAndTheAdapterInFloat32(Dtype dtype) {
        Path first = folder.resolve("first");
        Path second = folder.resolve("second");
        Path plain = folder.resolve("plain");
        try (Learner learner = TinyModel.learner(base, settings(dtype, Optional.of(ALL)))) {
            step(learner, 1);
            learner.saveModel(first);
            step(learner, 2);
            learner.saveModel(second);
        }
        try (Learner learner = TinyModel.learner(base, settings(dtype, Optional.empty()))) {
            learner.saveModel(plain);
        }
        for (Path saved : List.of(first, second)) {
            assertThat(saved.resolve("adapter/base.safetensors"))
                    .hasSameBinaryContentAs(plain.resolve("model.safetensors"));
            assertThat(saved).as("what others take for the policy").isDirectoryNotContaining("glob:**.safetensors");
        }
        assertThat(StoredTensor.of(second.resolve("adapter/adapter_model.safetensors"))
                        .values())
                .hasSize(2 * 7 * CONFIG.layers())
                .allMatch(tensor -> tensor.type() == StoredType.F32);
        assertThat(second.resolve("adapter/adapter_config.json"))
                .content()
                .contains("\"peft_type\" : \"LORA\"", "\"r\" : 3", "\"lora_alpha\" : 6.0", "\"q_proj\"");
    }

    /// W + alpha / rank * B A, computed here in float64.
    @ParameterizedTest
    @EnumSource(Dtype.class)
    void mergingGivesTheSumInFloat32(Dtype dtype) {
        Path saved = folder.resolve("saved");
        try (Learner learner = TinyModel.learner(base, settings(dtype, Optional.of(ALL)))) {
            step(learner, 1);
            learner.saveModel(saved);
        }
        ModelFolder.merge(saved, folder.resolve("one"));

        Map<String, HostTensor> stands = SafeTensors.read(saved.resolve("adapter/base.safetensors"));
        Map<String, HostTensor> sum =
                merged(stands, SafeTensors.read(saved.resolve("adapter/adapter_model.safetensors")), ALL);
        ModelFolder.weights(folder.resolve("one"), CONFIG)
                .forEach((name, tensor) -> assertThat(tensor.values())
                        .as(name)
                        .containsExactly(sum.get(name).values(), within(1e-6f)));
        assertThat(sum.get("model.layers.1.mlp.down_proj.weight").values())
                .isNotEqualTo(stands.get("model.layers.1.mlp.down_proj.weight").values());
        assertThat(folder.resolve("one/config.json")).content().contains("float32");
        assertThat(ModelFolder.hasAdapter(folder.resolve("one"))).isFalse();
    }

    /// Folders of older versions also hold the rounded sum as weights; in exported ones the base has this place.
    @ParameterizedTest
    @CsvSource({"FLOAT32, true", "FLOAT32, false", "BFLOAT16, true", "BFLOAT16, false"})
    void checkpointsOfOlderVersionsAndExportedOnesOpenToo(Dtype dtype, boolean isExported) throws IOException {
        Path saved = folder.resolve("saved");
        List<Trajectory> batch = Gradients.batch(CONFIG, 1);
        LearnerSettings settings = settings(dtype, Optional.of(ALL));
        float[][] learned;
        try (Learner learner = TinyModel.learner(base, settings)) {
            step(learner, 1);
            learner.saveModel(saved);
            learned = learner.logProbs(batch, 1);
        }
        Files.copy(base.resolve("model.safetensors"), saved.resolve("model.safetensors"));
        if (isExported) {
            ModelFolder.placeBase(saved);
        }

        try (Learner learner = TinyModel.learner(saved, settings)) {
            assertThat(learner.logProbs(batch, 1)).isDeepEqualTo(learned);
        }
        try (LanguageModel model = LanguageModel.open(saved, dtype, 1, Devices.CPU)) {
            assertClose(Scores.of(model, batch), learned, 1e-4f);
        }
    }

    @ParameterizedTest
    @EnumSource(Dtype.class)
    void aSavedLearnerTakesTheSameNextStepBitForBit(Dtype dtype) {
        LearnerSettings settings = settings(dtype, Optional.of(SOME));
        Path checkpoint = folder.resolve("checkpoint");
        Path state = folder.resolve("optimizer.safetensors");
        try (Learner learner = TinyModel.learner(base, settings)) {
            step(learner, 1);
            learner.saveModel(checkpoint);
            learner.saveOptimizer(state);
            step(learner, 2);
            learner.saveModel(folder.resolve("straight"));
        }
        try (Learner learner = Learner.open(checkpoint, Optional.of(state), settings, Devices.CPU, Pulse.NONE)) {
            step(learner, 2);
            learner.saveModel(folder.resolve("resumed"));
        }
        for (String file : List.of("adapter/base.safetensors", "adapter/adapter_model.safetensors")) {
            assertThat(folder.resolve("resumed").resolve(file))
                    .hasSameBinaryContentAs(folder.resolve("straight").resolve(file));
        }
    }

    /// A learner in bfloat16 has a master copy of the exact sum, of which its next checkpoint keeps what rounding
    /// of its weights loses.
    @Test
    void allWeightsGoOnInBfloat16FromTheSumAsItWasBeforeItWasRounded() {
        Path saved = folder.resolve("saved");
        Path state = folder.resolve("optimizer.safetensors");
        try (Learner learner = TinyModel.learner(base, settings(Dtype.BFLOAT16, Optional.of(ALL)))) {
            step(learner, 1);
            learner.saveModel(saved);
        }
        ModelFolder.merge(saved, folder.resolve("one"));
        try (Learner learner = TinyModel.learner(saved, settings(Dtype.BFLOAT16, Optional.empty()))) {
            learner.saveOptimizer(state);
        }
        Map<String, HostTensor> master = SafeTensors.read(state);
        ModelFolder.weights(folder.resolve("one"), CONFIG)
                .forEach((name, sum) -> assertThat(Objects.requireNonNull(master.get("master." + name))
                                .values())
                        .as(name)
                        .containsExactly(sum.values()));
    }

    private static void assertClose(float[][] found, float[][] expected, float within) {
        for (int i = 0; i < expected.length; i++) {
            assertThat(found[i]).containsExactly(expected[i], within(within));
        }
    }

    @Test
    void allWeightsGoOnFromAnAdapterWithMomentsOfZero() {
        Path saved = folder.resolve("saved");
        Path state = folder.resolve("optimizer.safetensors");
        try (Learner learner = open(base, ALL)) {
            step(learner, 1);
            learner.saveModel(saved);
            learner.saveOptimizer(state);
        }
        LearnerSettings all = settings(Dtype.FLOAT32, Optional.empty());
        try (Learner learner = Learner.open(saved, Optional.of(state), all, Devices.CPU, Pulse.NONE)) {
            step(learner, 2);
            learner.saveModel(folder.resolve("all"));
        }
        try (Learner learner = TinyModel.learner(saved, all)) {
            step(learner, 2);
            learner.saveModel(folder.resolve("withoutState"));
        }
        assertThat(folder.resolve("all/model.safetensors"))
                .hasSameBinaryContentAs(folder.resolve("withoutState/model.safetensors"));
        assertThat(Files.exists(folder.resolve("all/adapter"))).isFalse();
    }

    @Test
    void anotherRankThanTheCheckpointsIsRefused() {
        Path saved = folder.resolve("saved");
        try (Learner learner = open(base, ALL)) {
            learner.saveModel(saved);
        }
        assertThatThrownBy(() -> open(saved, SOME))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("has rank 3, alpha 6.0 and targets [down_proj, gate_proj, k_proj")
                .hasMessageContaining("the run asks for rank 2, alpha 1.0 and targets [down_proj, v_proj]")
                .hasMessageContaining("Set loraRank");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"use_rslora\" : false | \"use_rslora\" : true | use_rslora is true",
                "\"use_dora\" : false   | \"use_dora\" : true   | use_dora is true",
                "\"bias\" : \"none\"    | \"bias\" : \"all\"    | bias is \"all\"",
                "\"r\" : 3              | \"r\" : 3, \"rank_pattern\" : {\"q_proj\": 8} | rank_pattern is",
            })
    void anAdapterOfAnotherKindIsRefused(String ours, String other, String complaint) throws IOException {
        Path saved = folder.resolve("saved");
        try (Learner learner = open(base, ALL)) {
            learner.saveModel(saved);
        }
        Path config = saved.resolve("adapter/adapter_config.json");
        String text = Files.readString(config);
        assertThat(text).contains(ours);
        Files.writeString(config, text.replace(ours, other));

        assertThatThrownBy(() -> open(saved, ALL))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining(complaint)
                .hasMessageContaining("which is not computed here");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"q_proj\", | \"\", | is not a LoRA adapter of this program",
                "\"q_proj\", | ''  | holds 4 tensors that adapter_config.json does not name, first base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight",
                "\"r\" : 3  | \"r\" : 0 | the rank of an adapter must be positive",
            })
    void anAdapterWhoseFilesDoNotFitIsRefused(String ours, String other, String complaint) throws IOException {
        Path saved = folder.resolve("saved");
        try (Learner learner = open(base, ALL)) {
            learner.saveModel(saved);
        }
        Path config = saved.resolve("adapter/adapter_config.json");
        String text = Files.readString(config);
        assertThat(text).contains(ours);
        Files.writeString(config, text.replace(ours, other));

        assertThatThrownBy(() -> LanguageModel.open(saved, Dtype.BFLOAT16, 1, Devices.CPU))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining(complaint);
    }

    private static void step(Learner learner, long seed) {
        learner.update(Gradients.batch(CONFIG, seed), Optional.empty(), LOSS, 1e-2);
    }
}

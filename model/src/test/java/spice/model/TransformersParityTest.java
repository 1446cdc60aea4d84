package spice.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Compares every family with transformers and torch, in float32, by the numbers that `fixtures.py` wrote.
class TransformersParityTest {
    private static final double TOLERANCE = 1e-4;
    /// With decay 0, AdamW's first moment is the gradient itself; no norm reaches the clip.
    private static final LearnerSettings BARE = new LearnerSettings(2, 64, 0, 0, 1e-8, 0, 1e30);

    @TempDir
    Path folder;

    static Stream<Fixture> families() {
        return Fixture.all();
    }

    @Test
    void everyFamilyIsThereInMoreThanOneShape() {
        assertThat(families()
                        .map(fixture -> ModelFolder.config(fixture.folder()).family()))
                .hasSizeGreaterThan(6)
                .contains(Family.values());
        assertThat(families().map(fixture -> scaling(fixture).getSimpleName()))
                .contains("None", "Linear", "Llama3", "Yarn");
    }

    private static Class<?> scaling(Fixture fixture) {
        return ModelFolder.config(fixture.folder()).rope().scaling().getClass();
    }

    @ParameterizedTest
    @MethodSource("families")
    void logitsAreThoseOfTransformers(Fixture fixture) {
        try (LanguageModel model = TinyModel.open(fixture.folder())) {
            float[][] logits = model.logits(fixture.tokens("text"));
            HostTensor expected = fixture.tensors().get("logits");
            int width = (int) expected.shape()[1];
            float[] flat = new float[logits.length * width];
            for (int t = 0; t < logits.length; t++) {
                System.arraycopy(logits[t], 0, flat, t * width, width);
            }
            assertSame("logits", flat, expected.values());
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void greedyTokensAreThoseThatTransformersGenerates(Fixture fixture) {
        int[] expected = fixture.tokens("greedy");
        assertThat(expected).hasSize(64);
        try (LanguageModel model = TinyModel.open(fixture.folder())) {
            // Another prompt beside it makes lanes of different lengths.
            List<List<Completion>> drawn = model.sample(
                    List.of(
                            new PromptGroup(fixture.tokens("prompt"), new long[] {1, 2}),
                            new PromptGroup(new int[] {5, 6, 7}, new long[] {3})),
                    new Sampling(0, expected.length));

            assertThat(drawn.getFirst())
                    .allSatisfy(completion -> assertThat(completion.tokens()).containsExactly(expected));
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void theGradientOfTheCrossEntropyIsTorchsInEveryWeight(Fixture fixture) {
        try (Learner learner = TinyModel.learner(fixture.folder(), BARE)) {
            double loss = learner.imitate(Fixture.batch(fixture.expected().get("batch")), 0);

            assertThat(loss).isCloseTo(fixture.expected().get("crossEntropy").doubleValue(), within(1e-5));
            assertSame(gradients(learner), fixture.tensors("gradient."));
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void fiveStepsOfAdamWEndAtTorchsWeights(Fixture fixture) {
        JsonNode adamw = fixture.expected().get("adamw");
        JsonNode settings = adamw.get("settings");
        LearnerSettings steps = new LearnerSettings(
                2,
                64,
                settings.get("beta1").doubleValue(),
                settings.get("beta2").doubleValue(),
                settings.get("epsilon").doubleValue(),
                settings.get("weightDecay").doubleValue(),
                settings.get("maxGradientNorm").doubleValue());
        List<Trajectory> batch = Fixture.batch(fixture.expected().get("batch"));
        try (Learner learner = TinyModel.learner(fixture.folder(), steps)) {
            for (JsonNode loss : adamw.get("losses")) {
                double rate = settings.get("learningRate").doubleValue();
                assertThat(learner.imitate(batch, rate)).isCloseTo(loss.doubleValue(), within(1e-4));
            }
            learner.saveModel(folder);
        }
        assertThat(adamw.get("losses")).hasSize(5);
        assertSame(SafeTensors.read(folder.resolve("model.safetensors")), fixture.tensors("adamw."));
    }

    static Stream<Arguments> policies() {
        return families()
                .filter(fixture -> fixture.expected().has("policy"))
                .flatMap(fixture -> fixture.expected().get("policy").properties().stream()
                        .map(entry -> Arguments.of(fixture, entry.getKey(), entry.getValue())));
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("policies")
    void thePolicyLossAndItsGradientAreTorchs(Fixture fixture, String name, JsonNode policy) {
        JsonNode settings = policy.get("settings");
        JsonNode batch = policy.get("batch");
        LossSettings loss = new LossSettings(
                settings.get("clip").doubleValue(),
                settings.get("truncation").doubleValue(),
                settings.get("divisor").doubleValue(),
                settings.get("temperature").doubleValue());
        try (Learner learner = TinyModel.learner(fixture.folder(), BARE)) {
            UpdateReport report = learner.update(
                    Fixture.batch(batch),
                    settings.get("onPolicy").booleanValue()
                            ? Optional.empty()
                            : Optional.of(Fixture.floats(batch, "old")),
                    loss,
                    0);

            assertThat(report.loss()).isCloseTo(policy.get("loss").doubleValue(), within(1e-4));
            assertThat(report.clipShare()).isEqualTo(policy.get("clipShare").doubleValue(), within(1e-9));
            assertThat(report.truncatedShare())
                    .isEqualTo(policy.get("truncatedShare").doubleValue(), within(1e-9));
            assertSame(gradients(learner), fixture.tensors("policy." + name + "."));
        }
    }

    private Map<String, HostTensor> gradients(Learner learner) {
        Path state = folder.resolve("optimizer.safetensors");
        learner.saveOptimizer(state);
        return Fixture.starting("exp_avg.", SafeTensors.read(state));
    }

    private static void assertSame(Map<String, HostTensor> ours, Map<String, HostTensor> theirs) {
        assertThat(ours).containsOnlyKeys(theirs.keySet());
        theirs.forEach((name, tensor) -> assertSame(name, ours.get(name).values(), tensor.values()));
    }

    /// Compares to 1e-4, relative to the tensor's largest number.
    private static void assertSame(String name, float[] ours, float[] theirs) {
        assertThat(ours).as(name).hasSameSizeAs(theirs);
        float largest = 0;
        for (float value : theirs) {
            largest = Math.max(largest, Math.abs(value));
        }
        assertThat(largest).as("largest number of " + name).isPositive();
        for (int i = 0; i < ours.length; i++) {
            assertThat((double) ours[i]).as("%s [%d]", name, i).isCloseTo(theirs[i], within(TOLERANCE * largest));
        }
    }
}

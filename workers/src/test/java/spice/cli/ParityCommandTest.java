package spice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.bench.NeededPython;
import spice.bench.Python;
import spice.parity.Parity;
import spice.parity.ParityRow;

/// transformers opens checkpoints of every family that we trained and computes our numbers. Needs a Python with
/// torch and transformers: the one that SPICE_PYTHON names, else `python3`.
class ParityCommandTest {
    @TempDir
    Path folder;

    @Test
    void checkpointsPassBothWays() throws InterruptedException {
        List<ParityRow> rows =
                new Parity(folder, NeededPython.with(Python.TORCH, Python.TRANSFORMERS), System.out::println).run();

        assertThat(rows)
                .extracting(ParityRow::architecture)
                .contains("Qwen3ForCausalLM", "Qwen2ForCausalLM", "LlamaForCausalLM");
        assertThat(rows)
                .hasSizeGreaterThan(6)
                .allSatisfy(row -> assertThat(row.passes()).as(row.toString()).isTrue());
    }

    @Test
    void aRowPassesOnlyIfEverythingIsTheSame() {
        ParityRow good = new ParityRow("qwen3", "Qwen3ForCausalLM", List.of(), List.of(), 1e-6, 1e-6, 0.1, 64, true);
        assertThat(good.passes()).isTrue();
        assertThat(List.of(
                        new ParityRow(
                                "qwen3", "Qwen3ForCausalLM", List.of("lm_head"), List.of(), 1e-6, 1e-6, 0.1, 64, true),
                        new ParityRow(
                                "qwen3", "Qwen3ForCausalLM", List.of(), List.of("rope"), 1e-6, 1e-6, 0.1, 64, true),
                        new ParityRow("qwen3", "Qwen3ForCausalLM", List.of(), List.of(), 2e-4, 1e-6, 0.1, 64, true),
                        new ParityRow("qwen3", "Qwen3ForCausalLM", List.of(), List.of(), 1e-6, 2e-4, 0.1, 64, true),
                        new ParityRow(
                                "qwen3", "Qwen3ForCausalLM", List.of(), List.of(), 1e-6, Double.NaN, 0.1, 64, true),
                        new ParityRow("qwen3", "Qwen3ForCausalLM", List.of(), List.of(), 1e-6, 1e-6, 0, 64, true),
                        new ParityRow("qwen3", "Qwen3ForCausalLM", List.of(), List.of(), 1e-6, 1e-6, 0.1, 63, true),
                        new ParityRow("qwen3", "Qwen3ForCausalLM", List.of(), List.of(), 1e-6, 1e-6, 0.1, 64, false)))
                .noneMatch(ParityRow::passes);
        assertThat(Parity.lines(List.of(good)))
                .containsExactly(
                        "model            opened as          logits before  after training   moved  greedy  tokenizer",
                        "qwen3            Qwen3ForCausalLM           1e-06           1e-06   1e-01   64/64       same  passed");
    }
}

package spice.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class HardwareTest {
    @Test
    void aMachineIsItsProcessorItsCoresAndItsMemory() {
        assertThat(Hardware.inWords(
                        List.of("processor\t: 0", "model name\t: AMD EPYC 9B14", "model name\t: AMD EPYC 9B14"),
                        List.of("MemTotal:       24576000 kB", "MemFree: 1 kB"),
                        2,
                        "amd64 avx512f"))
                .isEqualTo("AMD EPYC 9B14, 2 cores, 25 GB, amd64 avx512f");
        assertThat(Hardware.inWords(List.of(), List.of(), 4, "aarch64 asimd")).isEqualTo("4 cores, aarch64 asimd");
    }
}

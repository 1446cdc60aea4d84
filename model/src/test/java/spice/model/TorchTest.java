package spice.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import org.junit.jupiter.api.Test;

class TorchTest {
    @Test
    void numbersThatComeOutWrongAreAMisfitOfLibraryAndBinding() {
        try (NDManager manager = Torch.newManager(Device.cpu())) {
            assertThatThrownBy(() -> Torch.expect("a product", manager.create(new float[] {14, 32}), 14, 33))
                    .isInstanceOf(ModelException.class)
                    .hasMessageContaining("a product should be [14.0, 33.0] and is [14.0, 32.0]")
                    .hasMessageContaining("Unset PYTORCH_LIBRARY_PATH");
        }
    }

    @Test
    void aThreadRecordsGradientsOnlyWhileItIsTold() {
        Torch.newManager(Device.cpu()).close();
        Torch.prepareThread(1);

        assertThat(JniUtils.isGradMode()).isFalse();
        assertThat(Torch.withGradients(JniUtils::isGradMode)).isTrue();
        assertThat(JniUtils.isGradMode()).isFalse();
        assertThat(JniUtils.getNumThreads()).isEqualTo(1);
    }
}

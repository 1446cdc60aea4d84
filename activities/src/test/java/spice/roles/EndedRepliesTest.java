package spice.roles;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.chat.ChatTemplate;
import spice.chat.Chats;
import spice.model.Completion;
import spice.model.LanguageModel;
import spice.model.Policy;
import spice.model.PromptGroup;
import spice.model.Sampling;
import spice.model.StopReason;
import spice.model.TinyModel;

class EndedRepliesTest {
    private static final int REPLIES = 32;

    @TempDir
    Path folder;

    /// A random model over eleven words and `<eos>`, whose chat ends replies with the word `w5`.
    @Test
    void aReplyEndsWithTheTokenThatCompletesTheStop() {
        try (LanguageModel model = TinyModel.open(TinyModel.create(folder, TinyModel.config(), 1))) {
            Policy policy = new EndedReplies(model, "w5");
            PromptGroup group = new PromptGroup(
                    policy.codec().encode("w1 w2"), LongStream.range(0, REPLIES).toArray());
            List<Completion> replies =
                    policy.sample(List.of(group), new Sampling(1, 20)).getFirst();
            assertThat(replies)
                    .filteredOn(reply -> reply.stopReason() == StopReason.STOP_STRING)
                    .isNotEmpty()
                    .allSatisfy(reply -> {
                        assertThat(reply.tokens()).endsWith(5);
                        assertThat(reply.tokens()).containsOnlyOnce(5);
                    });
            assertThat(replies)
                    .filteredOn(reply -> reply.stopReason() != StopReason.STOP_STRING)
                    .allSatisfy(reply -> assertThat(reply.tokens()).doesNotContain(5));
        }
    }

    @Test
    void aPolicyWhoseStopTokensEndItsRepliesStaysItself() {
        try (LanguageModel model = TinyModel.open(TinyModel.create(folder, TinyModel.config(), 1))) {
            assertThat(EndedReplies.by(Chats.chatml(), model)).isSameAs(model);
            assertThat(EndedReplies.by(ChatTemplate.transcript(), model))
                    .isEqualTo(new EndedReplies(model, "\n\nUser:"));
        }
    }
}

package spice.activities;

import java.util.Map;
import java.util.Optional;
import spice.chat.ChatTemplate;
import spice.chat.ChatTemplates;
import spice.model.ModelException;
import spice.model.Policy;
import spice.roles.AnswerFormat;
import spice.roles.JsonFormat;
import spice.roles.NanoFormat;
import spice.roles.RoleFormat;
import spice.settings.RunSettings;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.workflows.CheckpointRef;
import spice.workflows.Failure;

/// A policy with the words in which its two roles are asked.
public record Player(Policy policy, RoleFormat format) {

    /// The checkpoint's policy, asked as the settings say, in the checkpoint's own chat template.
    public static Player of(BlobStore store, CheckpointRef checkpoint, Policy policy, RunSettings settings) {
        return switch (settings.roles()) {
            case NANO -> new Player(policy, new NanoFormat());
            case JSON -> {
                ChatTemplate chat = chat(store, checkpoint, policy);
                yield new Player(EndedReplies.by(chat, policy), new JsonFormat(chat));
            }
        };
    }

    private static ChatTemplate chat(BlobStore store, CheckpointRef checkpoint, Policy policy) {
        Map<String, BlobRef> files = new Checkpoints(store).manifest(checkpoint).files();
        try {
            return ChatTemplates.of(
                    name -> Optional.ofNullable(files.get(name)).map(store::get),
                    policy.codec().stopTokens());
        } catch (ModelException e) {
            throw Failure.MODEL_UNUSABLE.because(e);
        }
    }

    /// How the Reasoner's replies are read, which takes no model.
    static AnswerFormat answers(RunSettings settings) {
        return switch (settings.roles()) {
            case NANO -> new NanoFormat();
            case JSON -> JsonFormat.ANSWERS;
        };
    }
}

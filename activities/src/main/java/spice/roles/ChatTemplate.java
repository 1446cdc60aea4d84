package spice.roles;

/// How a family of models tells the speakers of a dialogue apart.
public enum ChatTemplate {
    /// A plain transcript, for base models without marks of their own, as the paper asks OctoThinker (SPICE Fig.
    /// 8).
    TRANSCRIPT {
        @Override
        String opening(String user) {
            return "User: " + user + "\n\nAssistant:";
        }

        @Override
        String followUp(String user) {
            return "\n\n" + opening(user);
        }
    },

    /// ChatML, as Qwen's models spell it. A reply ends with `<|im_end|>`, which the model has written already
    /// when a follow-up begins.
    CHATML {
        @Override
        String opening(String user) {
            return "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n" + turn(user);
        }

        @Override
        String followUp(String user) {
            return "\n" + turn(user);
        }

        private static String turn(String user) {
            return "<|im_start|>user\n" + user + "<|im_end|>\n<|im_start|>assistant\n";
        }
    };

    /// A dialogue's first message, up to where the model replies.
    abstract String opening(String user);

    /// A further message, directly behind the model's last reply.
    abstract String followUp(String user);

    /// The text with special tokens spelled apart: a document that holds `<|im_end|>` must not end the user's
    /// turn.
    static String defused(String text) {
        return text.replace("<|", "< |");
    }
}

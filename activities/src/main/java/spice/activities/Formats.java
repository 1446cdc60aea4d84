package spice.activities;

import spice.roles.ChatTemplate;
import spice.roles.JsonFormat;
import spice.roles.NanoFormat;
import spice.roles.RoleFormat;
import spice.settings.RunSettings;

/// The settings' way of asking the model.
public final class Formats {
    private Formats() {}

    public static RoleFormat of(RunSettings settings) {
        return switch (settings.roles()) {
            case NANO -> new NanoFormat();
            case JSON -> new JsonFormat(ChatTemplate.CHATML);
        };
    }
}

package spice.settings;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Starts a group of settings: this setting and those after it, up to the next group. Groups are headings for
/// people; nothing is computed from them.
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
@interface SettingGroup {
    /// The group's heading.
    String value();
}

/// How the one model is asked to pose and to answer: templates in resource files, one parser each.
@NullMarked
package spice.roles;

import org.jspecify.annotations.NullMarked;

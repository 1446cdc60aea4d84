/// The paper's nouns and equations (SPICE, arXiv 2510.24684): pure values and functions, no input or output.
@NullMarked
package spice.domain;

import org.jspecify.annotations.NullMarked;

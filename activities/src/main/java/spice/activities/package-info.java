/// How each step is done: thin activities that fetch, call, store and report, around plain classes for the two
/// roles, the judge and the trainer.
@NullMarked
package spice.activities;

import org.jspecify.annotations.NullMarked;

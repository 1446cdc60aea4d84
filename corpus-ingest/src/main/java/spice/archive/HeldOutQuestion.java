package spice.archive;

import spice.domain.Task;

/// A line of `held-out.jsonl`.
///
/// @param source path, below the archive, of the document in which the task's quote stands
public record HeldOutQuestion(String source, Task task) {}

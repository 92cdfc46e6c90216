"""Quizzes: one source file each; read, proved, asked, marked, and carried to where a teacher needs them."""

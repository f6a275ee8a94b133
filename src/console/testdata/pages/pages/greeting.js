export const greeting = "semicolons; [brackets] \"quotes\" ${braces}";

/** Tokens of a text, by the usual rule of thumb of four characters each. */
export const textTokens = (text: string): number => Math.ceil(text.length / 4)

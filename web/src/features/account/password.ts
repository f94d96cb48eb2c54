/** As the contract says, whose values would bring zod along. */
const leastLength = 12;

export const isLongEnough = (password: string) => password.length >= leastLength;

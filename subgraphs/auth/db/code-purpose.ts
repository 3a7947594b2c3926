/** What a code proves. */
export type CodePurpose = 'EMAIL' | 'PASSWORD_RESET' | 'PHONE';

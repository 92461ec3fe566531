/** The phases of a request, in the order they run; Kong's names. */
export type Phase = 'certificate' | 'rewrite' | 'access' | 'header_filter' | 'body_filter' | 'log';

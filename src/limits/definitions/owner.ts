/** Owners are named where their money is counted: in the spend room. */
export * from '../../spend/owner.js';

module tollgate.local/bench/loadgen
go 1.24

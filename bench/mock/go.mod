module tollgate.local/bench/mock
go 1.24
